// Command oracle answers, for each pair of node and DaemonSet, what the DaemonSet controller itself would decide.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/go-logr/logr"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/controller/daemon"
)

// A chunk is a run of input lines answered by one goroutine. Chunks are small enough to keep every
// core busy and large enough that handing them over costs nothing beside the decoding.
const chunkLines = 256

type pair struct {
	Node      core.Node      `json:"node"`
	DaemonSet apps.DaemonSet `json:"daemonset"`
}

type chunk struct {
	firstLine int
	lines     [][]byte
	answer    chan result
}

type result struct {
	text []byte
	err  error
}

// Reads JSON lines {"node": …, "daemonset": …} and prints one line a pair: YY (run and keep), NY (do not
// run, keep one that runs) or NN, in the order of the input. A line that is no such pair ends it with an error.
func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run(input io.Reader, output io.Writer) error {
	workers := runtime.GOMAXPROCS(0)
	work := make(chan chunk, workers)
	inOrder := make(chan chunk, 2*workers)
	var readError error
	go func() {
		defer close(inOrder)
		defer close(work)
		readError = split(input, func(c chunk) { inOrder <- c; work <- c })
	}()
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for c := range work {
				text, err := answer(c)
				c.answer <- result{text, err}
			}
		})
	}
	writer := bufio.NewWriterSize(output, 1<<16)
	for c := range inOrder {
		r := <-c.answer
		if r.err != nil {
			return r.err
		}
		if _, err := writer.Write(r.text); err != nil {
			return err
		}
	}
	group.Wait()
	if readError != nil {
		return readError
	}
	return writer.Flush()
}

func split(input io.Reader, emit func(chunk)) error {
	scanner := bufio.NewScanner(input)
	scanner.Buffer(make([]byte, 1<<16), 16<<20)
	current := chunk{firstLine: 1, answer: make(chan result, 1)}
	for scanner.Scan() {
		current.lines = append(current.lines, append([]byte(nil), scanner.Bytes()...))
		if len(current.lines) == chunkLines {
			emit(current)
			current = chunk{firstLine: current.firstLine + chunkLines, answer: make(chan result, 1)}
		}
	}
	if len(current.lines) > 0 {
		emit(current)
	}
	return scanner.Err()
}

func answer(c chunk) ([]byte, error) {
	text := make([]byte, 0, 3*len(c.lines))
	for i, line := range c.lines {
		var p pair
		if err := json.Unmarshal(line, &p); err != nil {
			return nil, fmt.Errorf("line %d: %w", c.firstLine+i, err)
		}
		shouldRun, keepRunning := daemon.NodeShouldRunDaemonPod(logr.Discard(), &p.Node, &p.DaemonSet)
		text = append(text, letter(shouldRun), letter(keepRunning), '\n')
	}
	return text, nil
}

func letter(yes bool) byte {
	if yes {
		return 'Y'
	}
	return 'N'
}
