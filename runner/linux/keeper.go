//go:build linux

package linux

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"connectspec/runner/room"
)

// A keeper keeps the lab for a room that is no program of this system: see
// package room.
type keeper struct {
	fixtures   *fixtures
	neighbours *neighbours
	far        *farSide
	farDenied  error // why there is no far side
}

// Keep is what a keeper does: it answers requests until there are no more. The
// lab of this network namespace has been set up.
func Keep(requests io.Reader, answers io.Writer) error {
	k := &keeper{}
	defer k.close()
	opened := k.open()
	lines := bufio.NewScanner(requests)
	for lines.Scan() {
		said, err := "", opened
		if err == nil {
			said, err = k.answer(lines.Text())
		}
		text := strings.TrimSpace(room.KeeperDone + " " + said)
		if err != nil {
			text = strings.Join(strings.Fields(err.Error()), " ")
		}
		text = text[:min(len(text), room.KeeperLine-1)]
		if _, err := io.WriteString(answers, text+"\n"); err != nil {
			return fmt.Errorf("keeper: %w", err)
		}
	}
	return lines.Err()
}

func (k *keeper) open() error {
	low, high, err := systemPorts()
	if err != nil {
		return err
	}
	if k.fixtures, err = newFixtures(labFirstPort, labLastPort, low, high); err != nil {
		return err
	}
	if k.neighbours, err = newNeighbours(); err != nil {
		return err
	}
	k.far, k.farDenied = newFarSide(k.fixtures.Listener)
	return nil
}

// answer does what a request asks for, and returns what there is to say.
func (k *keeper) answer(request string) (said string, err error) {
	verb, rest, _ := strings.Cut(request, " ")
	switch verb {
	case room.KeeperFixtures:
		ports := k.fixtures.ports
		return fmt.Sprint(ports.Listener, ports.Refuser, ports.Fixed), nil
	case room.KeeperDrain:
		return "", k.fixtures.drain()
	case room.KeeperGiveUp:
		var f family
		if _, err := fmt.Sscan(rest, &f); err != nil || f < 0 || f >= families {
			return "", fmt.Errorf("no family %q", rest)
		}
		return "", k.neighbours.giveUp(f)
	}
	if k.farDenied != nil {
		return "", k.farDenied
	}
	switch verb {
	case room.KeeperAttend:
		return "", k.far.attend()
	case room.KeeperEnd:
		return "", k.far.end()
	case room.KeeperEvent:
		event, err := room.ParseFarEvent(rest)
		if err == nil {
			err = k.far.bring(event)
		}
		return "", err
	}
	return "", fmt.Errorf("a keeper does not know %q", verb)
}

func (k *keeper) close() {
	if k.far != nil {
		k.far.close()
	}
	if k.neighbours != nil {
		k.neighbours.close()
	}
	if k.fixtures != nil {
		k.fixtures.close()
	}
}
