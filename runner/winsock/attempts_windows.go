package winsock

import "connectspec/runner/agent"

// wsaConnect passes no data to the other side, and asks for no quality of service.
func (r *Room) wsaConnect(c *call) (agent.Answer, error) {
	return r.connectBy(c, fnWSAConnect, 0, 0, 0, 0)
}
