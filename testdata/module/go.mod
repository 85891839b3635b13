module memory

go 1.26.0

require connectspec v0.0.0

require (
	github.com/alecthomas/participle/v2 v2.1.4 // indirect
	pgregory.net/rapid v1.3.0 // indirect
)

replace connectspec => ../..
