//go:build linux

package linux

import (
	"context"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"connectspec/runner/agent"
)

// TestOrdinaryUser runs every script of testdata as a user without privileges.
func TestOrdinaryUser(t *testing.T) {
	if os.Geteuid() == 0 {
		attributes := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		if !again(t, ordinaryVariable, attributes, "the answers that an ordinary user gets") {
			return
		}
	}
	if os.Geteuid() == 0 {
		t.Fatal("this process is root's")
	}
	client := newClient(t, labStart())
	needLab(t, client, "the answers that an ordinary user gets")
	*update = false
	for _, file := range scriptFiles(t) {
		checkFile(t, client, file)
	}
}

// TestLabRefusesUsedNamespaces: the lab must never be set up where somebody
// lives.
func TestLabRefusesUsedNamespaces(t *testing.T) {
	links, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	up := false
	for _, link := range links {
		up = up || link.Flags&net.FlagUp != 0
	}
	if !up {
		t.Skip("NOT TESTED: that the lab refuses a used namespace: no link is up here")
	}
	if room, err := OpenLab(); err == nil || !strings.Contains(err.Error(), "not a new one") {
		t.Errorf("OpenLab in a used namespace: room %v, error %v", room, err)
	}
}

// TestDenied: where namespaces are denied, there is a room all the same, and it
// says what it lacks and why.
func TestDenied(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "what happens where namespaces are denied") {
		return
	}
	// Limits in this user namespace bind those who are in it.
	const limit = "/proc/sys/user/max_user_namespaces"
	if err := os.WriteFile(limit, []byte("0"), 0); err != nil {
		t.Skipf("NOT TESTED: what happens where namespaces are denied: %v", err)
	}
	if err := upLoopback(); err != nil {
		t.Fatal(err)
	}
	client := newClient(t, labStart())
	lacks := map[string]string{}
	for _, lack := range client.Hello().Lacks {
		lacks[lack.What] = lack.Why
	}
	if why := lacks["lab"]; !strings.Contains(why, "no space left on device") || !strings.Contains(why, "max_user_namespaces") {
		t.Errorf("lab is lacking because: %q", why)
	}
	trace := runOne(t, client, []string{"s0 = socket stream inet blocking", "connect s0 refuser", "connect s0", "connect s0 silent"})
	if got := names(trace); got != "ok ECONNREFUSED ok protocol" {
		t.Errorf("answers %s", got)
	}
}

func upLoopback() error {
	_, err := raise("lo")
	return err
}

func names(trace []agent.Answer) string {
	var names []string
	for _, answer := range trace {
		names = append(names, answer.Name)
	}
	return strings.Join(names, " ")
}

// TestLabThatFails: a child that cannot set the lab up reports it, and the next
// one does without.
func TestLabThatFails(t *testing.T) {
	if !again(t, namespaceVariable, namespaces(), "what happens where the lab cannot be set up") {
		return
	}
	if err := upLoopback(); err != nil {
		t.Fatal(err)
	}
	// A child that believes its namespace to be new finds this one.
	c := &command{variables: []string{agentVariable + "=1"}, attributes: &syscall.SysProcAttr{}}
	client, err := agent.NewClient(context.Background(), c.start, agent.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if why := client.Hello().Lacks[0]; why.What != "lab" || !strings.Contains(why.Why, "link lo is up") {
		t.Errorf("lacks %+v", why)
	}
}
