# SPDX-License-Identifier: LGPL-2.1-or-later
# completions/hvfs.fish - fish completion for hvfs: options, the URI's types and parameters,
# the names in hvfs.conf, and the mount point

# How many arguments there are that are no option, before the one that is completed.
function __hvfs_count
    set -l n 0
    set -l value no
    for word in (commandline -opc)[2..-1]
        switch $word
            case -o
                set value yes
                continue
            case '-*'
            case '*'
                test $value = no; and set n (math $n + 1)
        end
        set value no
    end
    echo $n
end

function __hvfs_names
    set -l config $HOME/.config
    set -q XDG_CONFIG_HOME; and set config $XDG_CONFIG_HOME
    for file in $config/hvfs/hvfs.conf /etc/hvfs/hvfs.conf
        test -r $file; and sed -n 's/^\[\(.*\)\]$/\1/p' $file
    end
end

function __hvfs_source
    set -l word (commandline -ct)
    set -l before (string replace -r '[^?&]*$' '' -- $word)
    # (Whether ? is a wildcard depends on the version of fish.)
    if string match -qr '[?]' -- $word
        for value in transport=http transport=https vcenter= no_verify=0 no_verify=1 cacert= pin=sha256// \
                auto_answer=0 auto_answer=1 auto_answer=ask proxy= authfile=
            echo $before$value
        end
    else
        printf '%s\n' vpx:// esx:// gsx://
        __hvfs_names
    end
end

function __hvfs_option
    set -l before (string replace -r '[^,]*$' '' -- (commandline -ct))
    for option in ro allow_other auto_unmount debug legacy_tls content allow_delete username= password_file= timeout= cache= spool= \
            uid= gid= umask= vcenter_username= vcenter_password_file=
        echo $before$option
    end
end

complete -c hvfs -f
complete -c hvfs -s f -d 'Stay in the foreground'
complete -c hvfs -s d -d 'Stay in the foreground and log everything'
complete -c hvfs -s h -l help -d 'Show the options'
complete -c hvfs -s V -l version -d 'Show the version'
complete -c hvfs -l all -d 'Mount every group of hvfs.conf' -xa '(__fish_complete_directories (commandline -ct))'
complete -c hvfs -s o -x -d 'Options of the mount' -a '(__hvfs_option)'
complete -c hvfs -n 'test (__hvfs_count) -eq 0' -a '(__hvfs_source)'
complete -c hvfs -n 'test (__hvfs_count) -eq 1' -a '(__fish_complete_directories (commandline -ct))'
