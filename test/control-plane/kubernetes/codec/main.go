// Command codec writes objects as kube-apiserver writes them in protobuf, and reads what others wrote.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/watch"
)

// message is what every generated type can do.
type message interface {
	runtime.Object
	Marshal() ([]byte, error)
}

type codec struct {
	scheme     *runtime.Scheme
	serializer *protobuf.Serializer
	input      *bufio.Scanner
	output     *bufio.Writer
	line       int
}

// codec watch: reads objects as JSON lines, prints the body of a watch that adds them. codec list KIND: the same as one list.
// codec verify: reads lines {"object": JSON, "protobuf": base64 with its envelope}, and ends with an error at the first where
// both are not the same object; prints their number.
func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "codec:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	c := newCodec(os.Stdin, os.Stdout)
	var err error
	switch {
	case len(args) == 1 && args[0] == "watch":
		err = c.writeWatch()
	case len(args) == 2 && args[0] == "list":
		err = c.writeList(args[1])
	case len(args) == 1 && args[0] == "verify":
		err = c.verify()
	default:
		err = fmt.Errorf("want watch, list KIND or verify, not %q", args)
	}
	if err != nil {
		return fmt.Errorf("line %d: %w", c.line, err)
	}
	return c.output.Flush()
}

func newCodec(input io.Reader, output io.Writer) *codec {
	scheme := runtime.NewScheme()
	if err := core.AddToScheme(scheme); err != nil {
		panic(err)
	}
	meta.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	scanner := bufio.NewScanner(input)
	scanner.Buffer(make([]byte, 1<<16), 64<<20)
	// As kube-apiserver is since 1.33: lists leave item by item.
	options := protobuf.SerializerOptions{StreamingCollectionsEncoding: true}
	return &codec{
		scheme:     scheme,
		serializer: protobuf.NewSerializerWithOptions(scheme, scheme, options),
		input:      scanner,
		output:     bufio.NewWriterSize(output, 1<<16),
	}
}

func (c *codec) writeWatch() error {
	frames := protobuf.LengthDelimitedFramer.NewFrameWriter(c.output)
	events := protobuf.NewRawSerializer(c.scheme, c.scheme)
	return c.each(func(line []byte) error {
		object, err := c.readJSON(line)
		if err != nil {
			return err
		}
		var raw bytes.Buffer
		if err := c.serializer.Encode(object, &raw); err != nil {
			return err
		}
		event := &meta.WatchEvent{Type: string(watch.Added), Object: runtime.RawExtension{Raw: raw.Bytes()}}
		// A frame is what one Write is given.
		var frame bytes.Buffer
		if err := events.Encode(event, &frame); err != nil {
			return err
		}
		_, err = frames.Write(frame.Bytes())
		return err
	})
}

func (c *codec) writeList(kind string) error {
	list, err := c.scheme.New(schema.GroupVersionKind{Version: "v1", Kind: kind + "List"})
	if err != nil {
		return err
	}
	var items []runtime.Object
	err = c.each(func(line []byte) error {
		object, err := c.readJSON(line)
		items = append(items, object)
		return err
	})
	if err != nil {
		return err
	}
	switch typed := list.(type) {
	case *core.NodeList:
		typed.ResourceVersion = "1"
		for _, item := range items {
			typed.Items = append(typed.Items, *item.(*core.Node))
		}
	case *core.PodList:
		typed.ResourceVersion = "1"
		for _, item := range items {
			typed.Items = append(typed.Items, *item.(*core.Pod))
		}
	default:
		return fmt.Errorf("no lists of %s", kind)
	}
	list.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{Version: "v1", Kind: kind + "List"})
	return c.serializer.Encode(list, c.output)
}

func (c *codec) verify() error {
	err := c.each(func(line []byte) error {
		var pair struct {
			Object   json.RawMessage `json:"object"`
			Protobuf []byte          `json:"protobuf"`
		}
		if err := json.Unmarshal(line, &pair); err != nil {
			return err
		}
		wanted, err := c.readJSON(pair.Object)
		if err != nil {
			return err
		}
		found, _, err := c.serializer.Decode(pair.Protobuf, nil, nil)
		if err != nil {
			return err
		}
		return compare(wanted, found)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.output, c.line)
	return err
}

// compare writes both in protobuf once more: maps are sorted there, quantities canonical, and nil is as good as empty.
func compare(wanted, found runtime.Object) error {
	if want, got := wanted.GetObjectKind().GroupVersionKind(), found.GetObjectKind().GroupVersionKind(); want != got {
		return fmt.Errorf("want a %s, got a %s", want, got)
	}
	want, err := wanted.(message).Marshal()
	if err != nil {
		return err
	}
	got, err := found.(message).Marshal()
	if err != nil {
		return err
	}
	if bytes.Equal(want, got) {
		return nil
	}
	return fmt.Errorf("want %s\ngot %s", toJSON(wanted), toJSON(found))
}

func (c *codec) each(do func(line []byte) error) error {
	for c.input.Scan() {
		c.line++
		if err := do(c.input.Bytes()); err != nil {
			return err
		}
	}
	return c.input.Err()
}

func (c *codec) readJSON(line []byte) (runtime.Object, error) {
	var kind meta.TypeMeta
	if err := json.Unmarshal(line, &kind); err != nil {
		return nil, err
	}
	object, err := c.scheme.New(kind.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	return object, json.Unmarshal(line, object)
}

func toJSON(object runtime.Object) string {
	text, err := json.Marshal(object)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
