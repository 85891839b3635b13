//go:build linux

package connectspec

func handwrittenChild() int { return 2 }
