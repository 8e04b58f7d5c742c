package password
import "context"
type Peppers struct{ Current string; Keys map[string][]byte }
type Context struct{ Site []string; Body, Email, Person string }
type Policy struct{ Minimum int }
func (Policy) Check(c string, x Context) (string, error) { return c, nil }
type Hasher struct{}
func (*Hasher) Hash(ctx context.Context, n string) (string, error) { return "", nil }
func (*Hasher) Verify(ctx context.Context, e, n string) (bool, bool, error) { return false, false, nil }
func (*Hasher) Dummy(ctx context.Context, c string) error { return nil }
