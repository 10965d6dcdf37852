package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"
)

func caseNumber(n int) string { return fmt.Sprintf("39-2026-%06d", n) }

// same fails with the first field that differs. It is as strict as
// reflect.DeepEqual: nil is not an empty slice.
func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if reflect.DeepEqual(want, got) {
		return
	}
	t.Errorf("%s: %s", what, difference("", reflect.ValueOf(want), reflect.ValueOf(got)))
}

func difference(path string, want, got reflect.Value) string {
	if !want.IsValid() || !got.IsValid() || want.Type() != got.Type() {
		return fmt.Sprintf("%s: want %v, got %v", path, want, got)
	}
	if reflect.DeepEqual(want.Interface(), got.Interface()) {
		return ""
	}
	text := fmt.Sprintf("%s: want %#v, got %#v", path, want.Interface(), got.Interface())
	if want.Type() == reflect.TypeFor[time.Time]() {
		return text
	}
	switch want.Kind() { //nolint:exhaustive // the others are compared whole
	case reflect.Pointer:
		if !want.IsNil() && !got.IsNil() {
			return difference(path, want.Elem(), got.Elem())
		}
	case reflect.Struct:
		for i := range want.NumField() {
			if field := want.Type().Field(i); field.IsExported() {
				if d := difference(path+"."+field.Name, want.Field(i), got.Field(i)); d != "" {
					return d
				}
			}
		}
	case reflect.Slice, reflect.Array:
		if want.Len() != got.Len() || want.Len() == 0 {
			return fmt.Sprintf("%s: want %d elements, got %d (nil: %t, %t)", path, want.Len(), got.Len(), want.Kind() == reflect.Slice && want.IsNil(), got.Kind() == reflect.Slice && got.IsNil())
		}
		if want.Type().Elem().Kind() == reflect.Uint8 {
			return text
		}
		for i := range want.Len() {
			if d := difference(fmt.Sprintf("%s[%d]", path, i), want.Index(i), got.Index(i)); d != "" {
				return d
			}
		}
	}
	return text
}

// complete fails when a field has its zero value: so a field that is added to
// the domain has to be written by every store before the suite passes again.
// Of a slice the first element has to be complete. Fields that are set
// elsewhere are named in except, with their type.
func complete(t *testing.T, value any, except ...string) {
	t.Helper()
	allowed := map[string]bool{}
	for _, name := range except {
		allowed[name] = true
	}
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		if allowed[path] {
			return
		}
		if v.IsZero() {
			t.Errorf("%s is empty: the test would not see that it gets lost", path)
			return
		}
		switch v.Kind() { //nolint:exhaustive // the others have no parts
		case reflect.Pointer:
			if v.Elem().Kind() == reflect.Struct { // a pointer to 0 says something
				walk(path, v.Elem())
			}
		case reflect.Struct:
			if v.Type() == reflect.TypeFor[time.Time]() {
				return
			}
			for i := range v.NumField() {
				if field := v.Type().Field(i); field.IsExported() {
					walk(v.Type().Name()+"."+field.Name, v.Field(i))
				}
			}
		case reflect.Slice:
			if v.Len() > 0 {
				walk(path+"[0]", v.Index(0))
			}
		}
	}
	walk("", reflect.ValueOf(value))
}

// refusedWith commits and expects this error, and not another of the store's.
func (p *page) refusedWith(want error) {
	p.t.Helper()
	if err := p.store.Commit(p.ctx, &p.Batch); !errors.Is(err, want) {
		p.t.Fatalf("commit: got %v, want %v", err, want)
	}
}
