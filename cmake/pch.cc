// Carries the precompiled standard headers; has no code of its own.
