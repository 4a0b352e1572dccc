// SPDX-License-Identifier: LGPL-2.1-or-later

// question.go - questions that block a task, or come out of the blue
//
// Steered by POST /question (control.go): at once, or when the next task of a
// method on the VM runs. That task then stays where it is, as on a real server,
// until AnswerVM names a choice: one of them makes the task fail, any other lets
// it go on. The kinds are what administrators meet (REF VirtualMachineQuestionInfo;
// VMware's knowledge base: a CD drive that the guest holds, a datastore that is full):
// their choices and which is the default.

package main

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// asking: for each VM, the method whose next task asks. Guarded by world.mu.
type asking struct {
	method     string
	cancelable bool
	kind       questionKind
	answer     chan string // of a question that is open; nil: none is
}

var questionNumber int

// questionKind: choices by their keys, 0 and so on.
type questionKind struct {
	text         string
	labels       []string
	preset, ends int // the default; the one that makes the task fail
}

var questionKinds = map[string]questionKind{
	"": {"This virtual machine might have been moved or copied.",
		[]string{"Cancel", "I moved it", "I copied it"}, 2, 0},
	"media": {"The guest operating system has locked the CD-ROM door. Disconnect anyway and override the lock?",
		[]string{"Yes", "No"}, 1, 1},
	"disk": {"There is no more space for the virtual disk. Free some and retry, or cancel to end this session.",
		[]string{"Retry", "Cancel"}, 0, 1},
}

func (w *world) ask(vm *simulator.VirtualMachine, method, kind string, cancelable bool) {
	w.asking[vm.Self] = &asking{method: method, cancelable: cancelable, kind: questionKinds[kind]}
	if method == "" {
		w.pose(vm)
	}
}

func (w *world) pose(vm *simulator.VirtualMachine) {
	questionNumber++
	kind := w.asking[vm.Self].kind
	w.asking[vm.Self].answer = make(chan string, 1)
	q := &types.VirtualMachineQuestionInfo{Id: fmt.Sprint(questionNumber),
		Text:   kind.text,
		Choice: types.ChoiceOption{DefaultIndex: int32(kind.preset)}}
	for i, label := range kind.labels {
		q.Choice.ChoiceInfo = append(q.Choice.ChoiceInfo, &types.ElementDescription{
			Description: types.Description{Label: label, Summary: label}, Key: fmt.Sprint(i)})
	}
	vm.Runtime.Question = q
	vm.Summary.Runtime = vm.Runtime
	w.touch(vm.Self)
}

func (w *world) withdraw(vm *simulator.VirtualMachine) {
	delete(w.asking, vm.Self)
	vm.Runtime.Question = nil
	vm.Summary.Runtime = vm.Runtime
	w.touch(vm.Self)
}

func answerVM(c *call) (interface{}, *fault) {
	vm, req := vmOf(c.this), c.req.(*types.AnswerVM)
	if vm == nil {
		return nil, notFound(c.this)
	}
	a := c.w.asking[c.this]
	if vm.Runtime.Question == nil || a == nil || vm.Runtime.Question.Id != req.QuestionId {
		return nil, badArgument("questionId", "")
	}
	for i := range a.kind.labels {
		if fmt.Sprint(i) == req.AnswerChoice {
			a.answer <- req.AnswerChoice
			c.w.withdraw(vm)
			return nil, nil
		}
	}
	return nil, badArgument("answerChoice", "")
}

// blocked asks if this task is to ask, and waits for the answer. FALSE: the
// task was cancelled, or ended by its answer.
func (t *task) blocked() (goesOn bool) {
	var answer chan string
	ends := ""
	vm := (*simulator.VirtualMachine)(nil)
	t.w.do(func() {
		vm = vmOf(t.call.this)
		if vm == nil || t.w.asking[vm.Self] == nil || t.w.asking[vm.Self].method != t.call.method {
			return
		}
		t.sim.Info.Cancelable = t.w.asking[vm.Self].cancelable
		t.w.touch(t.sim.Self)
		t.w.pose(vm)
		answer = t.w.asking[vm.Self].answer
		ends = fmt.Sprint(t.w.asking[vm.Self].kind.ends)
	})
	if answer == nil {
		return true
	}
	select {
	case <-t.stop:
		t.w.do(func() { t.w.withdraw(vm) })
		return false
	case key := <-answer:
		if key != ends {
			return true
		}
	}
	t.w.do(func() {
		t.finish(nil, &fault{&types.GenericVmConfigFault{Reason: "cancelled"}, "The answer to the question ended the operation."})
	})
	return false
}
