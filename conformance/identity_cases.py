"""The test cases for signing in: requests to which Keystone and the sandbox must respond alike,
except where listed.

`<alice>` stands for the ID of that user. Domains, projects and the application credential
`<console>` have such placeholders, too. `<t>` and `<r>` stand for a token and a receipt that
earlier cases saved under the names `t` and `r`.
"""

from dataclasses import dataclass, field

from cases import BODY, STATUS

# The headers to compare, in addition to the status and the body.
HEADERS = [
    "content-type",
    "openstack-auth-receipt",
    "vary",
    "www-authenticate",
    "x-openstack-request-id",
    "x-subject-token",
]


@dataclass
class Case:
    name: str
    # Keystone's status. Stated so that a case fails if both return the same wrong status.
    status: int
    request: str
    body: object = None
    # The placeholders of the tokens in X-Auth-Token and X-Subject-Token, and of the receipt.
    token: str | None = None
    subject: str | None = None
    receipt: str | None = None
    # The placeholder for the token or receipt in the response.
    save_as: str | None = None
    headers: dict = field(default_factory=dict)
    # The parts that differ on purpose, and the reason.
    differs: tuple = ()
    reason: str = ""

    def __post_init__(self):
        assert bool(self.differs) == bool(self.reason), f"{self.name}: a difference needs a reason"


A = {"name": "account-a"}


def password(user="alice", secret=None, domain=A, **fields):
    """Returns the data for the method `password`."""
    user = {"name": user, "domain": domain, "password": secret or f"demo-{user}", **fields}
    return {"password": {"user": {name: value for name, value in user.items() if value is not None}}}


def passcode(code="<passcode>", user="dave", domain=A):
    return {"totp": {"user": {"name": user, "domain": domain, "passcode": code}}}


def credential(**fields):
    return {"application_credential": {"secret": "demo-secret", **fields}}


def auth(*methods, scope=None, **fields):
    """Returns a request with these methods' data."""
    data = {name: value for method in methods for name, value in method.items()}
    identity = {"methods": [name for method in methods for name in method], **data, **fields}
    return {"auth": {"identity": identity, **({"scope": scope} if scope is not None else {})}}


def project(name=None, domain=A, **fields):
    return {"project": {"name": name, "domain": domain} if name else fields}


SIGN_IN = "POST /v3/auth/tokens"
SHOW = "GET /v3/auth/tokens"
SIGN_OUT = "DELETE /v3/auth/tokens"
PROJECTS = "GET /v3/auth/projects"
CATALOG = "GET /v3/auth/catalog"
TOKEN = {"token": {"id": "<t>"}}
UNKNOWN = "0" * 32

QUOTES = "Keystone quotes the schema and the invalid value, which may be a password; the sandbox does not"
RECEIPT = "Keystone quotes the receipt; the sandbox does not"
FORGETS = "the sandbox forgets a revoked token, so it can't tell it from one that never existed"

CASES = [
    Case("version", 200, "GET /v3/"),
    Case("version without a trailing slash", 200, "GET /v3"),
    # Passwords and scopes.
    Case("project by name", 201, SIGN_IN, auth(password(), scope=project("project-a")), save_as="a"),
    Case("project by ID", 201, SIGN_IN, auth(password(), scope=project(id="<project-a-test>"))),
    Case("project by name and domain ID", 201, SIGN_IN,
         auth(password(), scope=project("project-a", {"id": "<account-a>"}))),
    Case("default project", 201, SIGN_IN, auth(password())),
    Case("no default project", 201, SIGN_IN, auth(password("carol")), save_as="ct"),
    Case("another account", 201, SIGN_IN, auth(password("bob", domain={"name": "account-b"})), save_as="bt"),
    Case("unscoped", 201, SIGN_IN, auth(password(), scope="unscoped"), save_as="t"),
    Case("unscoped in the older form", 201, SIGN_IN, auth(password(), scope={"unscoped": {}})),
    Case("domain scope", 201, SIGN_IN, auth(password(), scope={"domain": {"id": "<account-a>"}}), save_as="d"),
    Case("domain scope by name", 201, SIGN_IN, auth(password(), scope={"domain": A})),
    Case("user by ID", 201, SIGN_IN, auth(password(None, "demo-alice", None, id="<alice>"))),
    Case("user's domain by ID", 201, SIGN_IN, auth(password(domain={"id": "<account-a>"}))),
    Case("no catalog", 201, f"{SIGN_IN}?nocatalog=1", auth(password())),
    Case("no catalog, without a value", 201, f"{SIGN_IN}?nocatalog", auth(password())),
    Case("another content type", 400, SIGN_IN, auth(password()), headers={"Content-Type": "text/plain"}),
    Case("content type with a charset", 201, SIGN_IN, auth(password()),
         headers={"Content-Type": "application/json; charset=utf-8"}),
    Case("empty content type", 201, SIGN_IN, auth(password()), headers={"Content-Type": ""}),
    Case("body above the size limit", 413, SIGN_IN, b" " * 114_689,
         differs=("vary", "x-openstack-request-id"),
         reason="Keystone's filter for large bodies precedes the one that adds these headers"),
    Case("list as the body", 400, SIGN_IN, b"[]"),
    Case("wrong password", 401, SIGN_IN, auth(password(secret="wrong"))),
    Case("empty password", 401, SIGN_IN, auth({"password": {"user": {"name": "alice", "domain": A, "password": ""}}})),
    Case("no password", 401, SIGN_IN, auth({"password": {"user": {"name": "alice", "domain": A}}})),
    Case("unknown user", 401, SIGN_IN, auth(password("nobody"))),
    Case("user of another domain", 401, SIGN_IN, auth(password("bob"))),
    Case("unknown user ID", 401, SIGN_IN, auth(password(None, "x", None, id=UNKNOWN))),
    Case("disabled user", 401, SIGN_IN, auth(password("erin"))),
    Case("unknown domain", 401, SIGN_IN, auth(password(domain={"name": "nowhere"}))),
    Case("domain ID instead of a name", 401, SIGN_IN, auth(password(domain={"name": "<account-a>"}))),
    Case("no role in the project", 401, SIGN_IN, auth(password("dave"), passcode(), scope=project("project-a-test"))),
    Case("no role in another account's project", 401, SIGN_IN,
         auth(password(), scope=project("project-b", {"name": "account-b"}))),
    Case("no role in the domain", 401, SIGN_IN, auth(password("carol"), scope={"domain": A})),
    Case("unknown project", 401, SIGN_IN, auth(password(), scope=project("nothing"))),
    Case("unknown project ID", 401, SIGN_IN, auth(password(), scope=project(id=UNKNOWN))),
    Case("project in an unknown domain", 401, SIGN_IN, auth(password(), scope=project("project-a", {"name": "x"}))),
    Case("disabled project", 401, SIGN_IN, auth(password("carol"), scope=project("project-a-closed"))),
    Case("disabled project by ID", 401, SIGN_IN, auth(password("carol"), scope=project(id="<project-a-closed>"))),
    Case("system scope", 401, SIGN_IN, auth(password(), scope={"system": {"all": True}})),
    Case("wrong password and unknown project", 401, SIGN_IN,
         auth(password(secret="wrong"), scope=project("nothing"))),
    # Malformed requests.
    Case("empty object", 400, SIGN_IN, {}),
    Case("no body", 400, SIGN_IN),
    Case("invalid JSON", 400, SIGN_IN, b"{"),
    Case("null", 400, SIGN_IN, {"auth": None}),
    Case("empty auth", 400, SIGN_IN, {"auth": {}}, differs=(BODY,), reason=QUOTES),
    Case("text as auth", 400, SIGN_IN, {"auth": "x"}, differs=(BODY,), reason=QUOTES),
    Case("no methods", 400, SIGN_IN, {"auth": {"identity": {}}}, differs=(BODY,), reason=QUOTES),
    Case("empty methods", 401, SIGN_IN, {"auth": {"identity": {"methods": []}}}),
    Case("method without data", 400, SIGN_IN, {"auth": {"identity": {"methods": ["password"]}}}),
    Case("unknown method", 401, SIGN_IN, auth({"magic": {}})),
    Case("unknown method without data", 400, SIGN_IN, {"auth": {"identity": {"methods": ["magic"]}}}),
    Case("text as method data", 400, SIGN_IN, auth({"password": "x"}), differs=(BODY,), reason=QUOTES),
    Case("no user", 400, SIGN_IN, auth({"password": {}})),
    Case("empty user", 400, SIGN_IN, auth({"password": {"user": {}}})),
    Case("user without a name", 400, SIGN_IN, auth({"password": {"user": {"name": "", "password": "x"}}})),
    Case("user without a domain", 400, SIGN_IN, auth(password(domain=None))),
    Case("empty domain", 400, SIGN_IN, auth(password(domain={}))),
    Case("domain without a name", 400, SIGN_IN, auth(password(domain={"name": ""}))),
    Case("number as password", 400, SIGN_IN, auth({"password": {"user": {"name": "alice", "password": 1}}}),
         differs=(BODY,), reason=QUOTES),
    Case("null as password", 400, SIGN_IN, auth({"password": {"user": {"name": "alice", "password": None}}}),
         differs=(BODY,), reason=QUOTES),
    Case("empty scope", 400, SIGN_IN, auth(password(), scope={})),
    Case("two scopes", 400, SIGN_IN, auth(password(), scope={**project("project-a"), "domain": A})),
    Case("unknown scope", 400, SIGN_IN, auth(password(), scope="everything")),
    Case("number as scope", 400, SIGN_IN, auth(password(), scope=1), differs=(BODY,), reason=QUOTES),
    Case("empty project", 400, SIGN_IN, auth(password(), scope={"project": {}})),
    Case("project without a domain", 400, SIGN_IN, auth(password(), scope={"project": {"name": "project-a"}})),
    Case("project with an empty domain", 400, SIGN_IN, auth(password(), scope=project("project-a", {}))),
    Case("method twice", 201, SIGN_IN,
         {"auth": {"identity": {"methods": ["password", "password"], **password()}}}),
    # Tokens.
    Case("rescope", 201, SIGN_IN, auth(TOKEN, scope=project(id="<project-a>")), save_as="s"),
    Case("rescope a scoped token", 201, SIGN_IN,
         auth({"token": {"id": "<s>"}}, scope=project(id="<project-a-test>")), save_as="s2"),
    Case("rescope to no project", 201, SIGN_IN, auth({"token": {"id": "<s>"}}, scope="unscoped")),
    Case("rescope without a scope", 201, SIGN_IN, auth(TOKEN)),
    Case("rescope without a role", 401, SIGN_IN, auth(TOKEN, scope=project(id="<project-b>"))),
    Case("rescope to a disabled project", 401, SIGN_IN,
         auth({"token": {"id": "<ct>"}}, scope=project(id="<project-a-closed>"))),
    Case("rescope an unknown token", 404, SIGN_IN, auth({"token": {"id": "gAAAAABnonsense"}})),
    Case("token without an ID", 400, SIGN_IN, auth({"token": {}}), differs=(BODY,), reason=QUOTES),
    Case("token of another user", 401, SIGN_IN, auth({"token": {"id": "<bt>"}}, password())),
    Case("show a token", 200, SHOW, token="s", subject="s"),
    Case("show a token without its catalog", 200, f"{SHOW}?nocatalog", token="s", subject="s"),
    Case("show an unscoped token", 200, SHOW, token="t", subject="t"),
    Case("show another token of the same user", 200, SHOW, token="t", subject="s"),
    Case("show another user's token", 403, SHOW, token="t", subject="bt"),
    Case("show an unknown token", 404, SHOW, token="t", subject="nonsense"),
    Case("show without a subject", 403, SHOW, token="t"),
    Case("show with an unknown token", 401, SHOW, token="nonsense", subject="t"),
    Case("show without a token", 401, SHOW, subject="t"),
    Case("projects", 200, PROJECTS, token="t"),
    Case("projects with a scoped token", 200, PROJECTS, token="s"),
    Case("projects, including a disabled one", 200, PROJECTS, token="ct"),
    Case("projects with an unknown token", 401, PROJECTS, token="nonsense"),
    Case("projects without a token", 401, PROJECTS),
    Case("catalog", 200, CATALOG, token="s"),
    Case("catalog without a project", 403, CATALOG, token="t"),
    Case("catalog of a domain", 403, CATALOG, token="d"),
    Case("catalog without a token", 401, CATALOG),
    # Application credentials.
    Case("application credential by ID", 201, SIGN_IN, auth(credential(id="<console>")), save_as="c"),
    Case("application credential by name", 201, SIGN_IN,
         auth(credential(name="console", user={"name": "alice", "domain": A}))),
    Case("application credential by name and user ID", 201, SIGN_IN,
         auth(credential(name="console", user={"id": "<alice>"}))),
    Case("show its token", 200, SHOW, token="c", subject="c"),
    Case("wrong secret", 401, SIGN_IN, auth(credential(id="<console>", secret="wrong"))),
    Case("no secret", 401, SIGN_IN, auth({"application_credential": {"id": "<console>"}})),
    Case("unknown application credential", 404, SIGN_IN, auth(credential(id=UNKNOWN))),
    Case("unknown application credential name", 401, SIGN_IN,
         auth(credential(name="nothing", user={"name": "alice", "domain": A}))),
    Case("application credential of an unknown user", 404, SIGN_IN,
         auth(credential(name="console", user={"name": "nobody", "domain": A}))),
    Case("application credential of another user", 401, SIGN_IN,
         auth(credential(name="console", user={"name": "carol", "domain": A}))),
    Case("application credential of an unknown domain", 401, SIGN_IN,
         auth(credential(name="console", user={"name": "alice", "domain": {"name": "x"}}))),
    Case("application credential without an ID or a name", 400, SIGN_IN, auth(credential())),
    Case("application credential without a user", 400, SIGN_IN, auth(credential(name="console"))),
    Case("application credential with a scope", 401, SIGN_IN,
         auth(credential(id="<console>"), scope=project(id="<project-a>"))),
    Case("application credential with scope unscoped", 401, SIGN_IN,
         auth(credential(id="<console>"), scope="unscoped")),
    # A second factor.
    Case("second factor missing", 401, SIGN_IN, auth(password("dave"), scope=project("project-a")), save_as="r"),
    Case("second factor wrong", 401, SIGN_IN, auth(passcode("000000"), scope=project("project-a")), receipt="r"),
    Case("second factor with a receipt", 201, SIGN_IN, auth(passcode(), scope=project("project-a")), receipt="r"),
    Case("second factor with an unknown receipt", 401, SIGN_IN, auth(passcode()), receipt="nonsense",
         differs=(BODY,), reason=RECEIPT),
    Case("second factor alone", 401, SIGN_IN, auth(passcode()), save_as="r2"),
    Case("first factor with the receipt of the second", 201, SIGN_IN, auth(password("dave")), receipt="r2"),
    Case("receipt of another user", 401, SIGN_IN, auth(password()), receipt="r",
         differs=(BODY,), reason=RECEIPT),
    Case("both factors", 201, SIGN_IN, auth(password("dave"), passcode(), scope=project("project-a")), save_as="f"),
    Case("both factors, one wrong", 401, SIGN_IN, auth(password("dave"), passcode("000000"))),
    Case("both factors, wrong password", 401, SIGN_IN, auth(password("dave", "wrong"), passcode())),
    Case("passcode of a user without a second factor", 401, SIGN_IN, auth(password(), passcode("000000", "alice"))),
    Case("rescope after two factors", 201, SIGN_IN, auth({"token": {"id": "<f>"}}, scope=project(id="<project-a>"))),
    Case("passcode without a user", 400, SIGN_IN, auth({"totp": {}})),
    # Signing out.
    Case("sign out without a subject", 403, SIGN_OUT, token="s"),
    Case("sign out another user", 403, SIGN_OUT, token="s", subject="bt"),
    Case("sign out without a token", 401, SIGN_OUT, subject="s"),
    Case("sign out", 204, SIGN_OUT, token="s", subject="s"),
    Case("projects after signing out", 401, PROJECTS, token="s"),
    Case("sign out again", 401, SIGN_OUT, token="s", subject="s"),
    Case("rescope after signing out", 404, SIGN_IN, auth({"token": {"id": "<s>"}}),
         differs=(BODY,), reason=FORGETS),
    Case("show after signing out", 404, SHOW, token="t", subject="s", differs=(BODY,), reason=FORGETS),
    Case("the original token after signing out", 200, PROJECTS, token="t"),
    Case("a token derived from the revoked one", 200, PROJECTS, token="s2"),
    # Paths and methods.
    Case("unknown path", 404, "GET /v3/auth/nothing", differs=(BODY, "content-type"),
         reason="Keystone's framework responds with HTML, but every client requests JSON"),
    Case("method that is not allowed", 405, "PUT /v3/auth/tokens", {}),
    Case("HEAD of a token", 200, "HEAD /v3/auth/tokens", token="t", subject="t"),
]
