// SPDX-License-Identifier: LGPL-2.1-or-later

// alarms.go - triggered alarms
//
// Exists because the simulator has no alarms. REF ManagedEntity.triggeredAlarmState: those of the
// object and of all below it; servers since API 5.0 need not tell when it changes (quiet).
// REF AlarmManager.AcknowledgeAlarm: the alarm stays triggered; InvalidArgument for an alarm that
// is not. REF AlarmStatusChangedEvent, AlarmAcknowledgedEvent. A status of green ends an alarm.

package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// defineAlarm gives the alarm of a name, made when it is first asked for.
func (w *world) defineAlarm(name string) *mo.Alarm {
	for _, a := range w.alarms {
		if a.Info.Name == name {
			return a
		}
	}
	a := &mo.Alarm{}
	w.alarms = append(w.alarms, a)
	a.Self = moref{Type: "Alarm", Value: fmt.Sprintf("alarm-%d", len(w.alarms))}
	a.Info.Name, a.Info.Enabled, a.Info.Key, a.Info.Alarm = name, true, a.Self.Value, a.Self
	a.Info.Entity, a.Info.Expression = serviceContent().RootFolder, &types.OrAlarmExpression{}
	a.Info.LastModifiedTime = time.Now()
	simulator.Map.Put(a)
	return a
}

// changeAlarm replaces the state of an alarm of an object there and above; nil: it is over.
func (w *world) changeAlarm(ref, alarm moref, state *types.AlarmState, quiet bool) {
	for up := &ref; up != nil; up = holderOf(*up) {
		e := simulator.Map.Get(*up).(mo.Entity).Entity()
		var kept []types.AlarmState
		for _, s := range e.TriggeredAlarmState {
			if s.Entity != ref || s.Alarm != alarm {
				kept = append(kept, s)
			}
		}
		if state != nil {
			kept = append(kept, *state)
		}
		e.TriggeredAlarmState = kept
		if !quiet {
			w.touch(*up)
		}
	}
}

func alarmOf(ref, alarm moref) *types.AlarmState {
	if e, ok := simulator.Map.Get(ref).(mo.Entity); ok {
		for _, s := range e.Entity().TriggeredAlarmState {
			if s.Entity == ref && s.Alarm == alarm {
				return &s
			}
		}
	}
	return nil
}

func acknowledgeAlarm(c *call) (interface{}, *fault) {
	req := c.req.(*types.AcknowledgeAlarm)
	state, yes, now := alarmOf(req.Entity, req.Alarm), true, time.Now()
	if state == nil {
		return nil, invalidArgument("alarm")
	}
	state.Acknowledged, state.AcknowledgedByUser, state.AcknowledgedTime = &yes, c.session.sim.UserName, &now
	c.w.changeAlarm(req.Entity, req.Alarm, state, c.w.opt.quietAlarms)
	e := &types.AlarmAcknowledgedEvent{}
	c.w.alarmEvent(&e.AlarmEvent, req.Alarm, fmt.Sprintf("Acknowledged alarm on %s", entityName(req.Entity)))
	e.Source, e.Entity = entityArgument(req.Entity), entityArgument(req.Entity)
	c.w.addEvent(e)
	return nil, nil
}

func entityArgument(ref moref) types.ManagedEntityEventArgument {
	return types.ManagedEntityEventArgument{EntityEventArgument: types.EntityEventArgument{Name: entityName(ref)}, Entity: ref}
}

func (w *world) alarmEvent(e *types.AlarmEvent, alarm moref, text string) {
	a := simulator.Map.Get(alarm).(*mo.Alarm)
	e.Alarm = types.AlarmEventArgument{EntityEventArgument: types.EntityEventArgument{Name: a.Info.Name}, Alarm: alarm}
	e.FullFormattedMessage = text
}

// alarm: POST /alarm?object=O&name=N&status=red|yellow|green[&quiet=1]
func (c *control) alarm(r *http.Request) (interface{}, error) {
	return c.onObject(r, "object", func(ref moref) error {
		if _, ok := simulator.Map.Get(ref).(mo.Entity); !ok {
			return fmt.Errorf("%s has no alarms", ref.Value)
		}
		status, from := types.ManagedEntityStatus(r.FormValue("status")), "green"
		alarm, no := c.w.defineAlarm(r.FormValue("name")), false
		if old := alarmOf(ref, alarm.Self); old != nil {
			from = string(old.OverallStatus)
		}
		var state *types.AlarmState
		if status != types.ManagedEntityStatusGreen {
			state = &types.AlarmState{Key: alarm.Self.Value + "." + ref.Value, Entity: ref, Alarm: alarm.Self,
				OverallStatus: status, Time: time.Now().UTC(), Acknowledged: &no}
		}
		c.w.opt.quietAlarms = r.FormValue("quiet") != ""
		c.w.changeAlarm(ref, alarm.Self, state, c.w.opt.quietAlarms)
		e := &types.AlarmStatusChangedEvent{From: from, To: string(status)}
		e.Source, e.Entity = entityArgument(ref), entityArgument(ref)
		c.w.alarmEvent(&e.AlarmEvent, alarm.Self, fmt.Sprintf("Alarm '%s' on %s changed from %s to %s", alarm.Info.Name, entityName(ref), from, status))
		c.w.addEvent(e)
		return nil
	})
}
