"""A hundred secrets as people leave them about; each holds a probe that no view may show."""

from __future__ import annotations

import re
from typing import Any

PROBE = re.compile(r"PLANTED\d\d|PLANTEDx", re.IGNORECASE)

NAMES = (
    *("password", "db_password", "dbPassword", "PASSWORD", "password_2", "passwords", "passwd", "user-passwd", "pwd"),
    *("passphrase", "passcode", "hashed_password", "passwordHash", "secret", "client_secret", "SECRETS", "secretKey"),
    *("aws_secret_access_key", "secret value", "token", "access_token", "refreshToken", "X-Auth-Token", "auth_tokens"),
    *("api_key", "OPENAI_API_KEY", "apikey", "x-api-key", "apiKeys", "access_key", "auth.key", "encryption_key"),
    *("master_key", "private_key", "privateKey", "session_key", "shared key", "signing_key", "authorization"),
    *("Proxy-Authorization", "credentials", "cookie", "Set-Cookie", "sentry_dsn", "DSN", "connection_string", "jwt"),
)

_TOKENS = (
    "sk-PLANTED01abcdefghij",
    "sk-ant-api03-PLANTED01abcdefghij",
    "sk-proj-PLANTED01_abcdefghij-klm",
    "sk_live_PLANTED01abcdefgh",
    "whsec_PLANTED01abcdefgh",
    "ghp_PLANTED01abcdefghijklmnopqrstuvwxyz",
    "gho_PLANTED01abcdefghijklmnopqrstuvwxyz",
    "github_pat_PLANTED01abcdefghijkl_mnopqrst",
    "glpat-PLANTED01abcdefghij",
    "AKIAPLANTED01ABCDEFG",
    "ASIAPLANTED01ABCDEFG",
    "AIzaPLANTED01abcdefghijklmnopqrstuvwxyz",
    "ya29.PLANTED01abcdefghijklm",
    "GOCSPX-PLANTED01abcdefghijkl",
    "xoxb-PLANTED01-abcdefghij",
    "xapp-1-PLANTED01-abcdefghij",
    "hf_PLANTED01abcdefghijklmnop",
    "gsk_PLANTED01abcdefghijklmnop",
    "npm_PLANTED01abcdefghijklmnopqrstuvwxyz",
    "pypi-PLANTED01abcdefghijkl",
    "SG.PLANTED01abcdefghij.PLANTED01abcdefghij",
    "hvs.PLANTED01abcdefghijklmnop",
    "AGE-SECRET-KEY-1PLANTED01ABCDEFGHIJ",
    "123456789:AAPLANTED01abcdefghijklmnopqrstuvwxyz",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJQTEFOVEVE.PLANTED01abcdefgh",
)

_TEXTS = (
    "Bearer PLANTED01abcdef",
    "bearer PLANTEDx.abcdefghijklmnopqrst",
    "postgres://user:PLANTED01@db.example/x",
    "redis://:PLANTED01@cache:6379/0",
    "amqps://a:PLANTED01@with-at@mq/v",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIPLANTED01\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlPLANTED01",
    "password=PLANTED01",
    "password = 'PLANTED01 and more'",
    'password: "PLANTED01 \\" PLANTED01"',
    '{"api_key": "PLANTED01"}',
    r'{"inner": "{\"api_key\": \"PLANTED01 PLANTED01\"}"}',
    "Config(user='bob', db_password='PLANTED01')",
    "DB_PASSWORD=PLANTED01",
    "AWS_SECRET_ACCESS_KEY=PLANTED01/abc+def==",
    "Authorization: Basic PLANTED01",
    "Authorization: Digest username=bob, response=PLANTED01",
    "Cookie: session=PLANTED01; other=PLANTED01",
    "curl -H 'Authorization: Token PLANTED01' x",
    "passphrase: correct horse PLANTED01",
    "run --password PLANTED01 -v",
    "run --api-key=PLANTED01",
    "<password>PLANTED01</password>",
    "https://example.org/?access_token=PLANTED01&page=2",
    "os.environ['API_KEY'] = 'PLANTED01'",
    "Server=db;User=sa;Pwd=PLANTED01",
    "sentry_dsn: https://PLANTED01@sentry.example/1",
)

SECRETS = (*_TOKENS, *_TEXTS)

_SHAPES: tuple[Any, ...] = (
    ("Authorization", "PLANTED01"),
    [(b"authorization", b"PLANTED01")],
    {"name": "DB_PASSWORD", "value": "PLANTED01"},
    ["run", "--password", "PLANTED01"],
    {"password": {"of": ["PLANTED01"]}},
    {"sk-PLANTED01abcdefghij": 1},
    {"deep": [({"token": b"PLANTED01"},)]},
    {"headers": {"Cookie": ["PLANTED01"]}},
)

PLANTED: tuple[Any, ...] = (*({name: "PLANTED01 x"} for name in NAMES), *SECRETS, *_SHAPES)
"""Values of every shape, each with one secret in it."""
