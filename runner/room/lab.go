package room

// LabVariable is the variable of the environment that tells a child what its
// network namespace is: LabNew, LabReady, or the reason why it has none of its
// own.
const LabVariable = "CONNECTSPEC_LAB"

const (
	LabNew   = "new"   // the child is to set the lab up
	LabReady = "ready" // that has been done
)
