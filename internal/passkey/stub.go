package passkey
type Relying struct{}
