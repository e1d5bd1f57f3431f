"""What `make demo` needs to prove its claims: lives to end, a witness, the evidence, the claims, and a screen."""
