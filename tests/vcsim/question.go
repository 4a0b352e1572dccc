// SPDX-License-Identifier: LGPL-2.1-or-later

// question.go - questions that block a task, or come out of the blue
//
// Steered by POST /question (control.go): at once, or when the next task of a
// method on the VM runs. That task then stays where it is, as on a real server,
// until AnswerVM names a choice: its first choice makes the task fail, any other
// lets it go on.

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
	answer     chan string // of a question that is open; nil: none is
}

var questionNumber int

var choices = []struct{ key, label string }{{"0", "Cancel"}, {"1", "I moved it"}, {"2", "I copied it"}}

func (w *world) ask(vm *simulator.VirtualMachine, method string, cancelable bool) {
	w.asking[vm.Self] = &asking{method: method, cancelable: cancelable}
	if method == "" {
		w.pose(vm)
	}
}

func (w *world) pose(vm *simulator.VirtualMachine) {
	questionNumber++
	w.asking[vm.Self].answer = make(chan string, 1)
	q := &types.VirtualMachineQuestionInfo{Id: fmt.Sprint(questionNumber),
		Text:   "This virtual machine might have been moved or copied.",
		Choice: types.ChoiceOption{DefaultIndex: 2}}
	for _, choice := range choices {
		q.Choice.ChoiceInfo = append(q.Choice.ChoiceInfo, &types.ElementDescription{
			Description: types.Description{Label: choice.label, Summary: choice.label}, Key: choice.key})
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
	for _, choice := range choices {
		if choice.key == req.AnswerChoice {
			a.answer <- choice.key
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
	})
	if answer == nil {
		return true
	}
	select {
	case <-t.stop:
		t.w.do(func() { t.w.withdraw(vm) })
		return false
	case key := <-answer:
		if key != choices[0].key {
			return true
		}
	}
	t.w.do(func() {
		t.finish(nil, &fault{&types.GenericVmConfigFault{Reason: "cancelled"}, "The answer to the question ended the operation."})
	})
	return false
}
