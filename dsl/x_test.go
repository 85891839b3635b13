package dsl
import ("testing";"fmt")
func TestX(t *testing.T) {
	out, _ := Format([]byte("conflict A B \"this is a long question that fills the line\" decided \"this is a decision\" because \"this is a reason\"\n"))
	fmt.Println(string(out))
	out, _ = Format(out)
	fmt.Println(string(out))
}
