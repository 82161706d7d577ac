import { expect, inject, test } from "vitest";
import { freshName, PASSWORD, send, signUp, signUpBody } from "#e2e/client.ts";
import { startServer, withDatabase } from "#e2e/harness.ts";
import { onceWaiting } from "#e2e/held-account.ts";

const origin = inject("origin");
const BAD_USERNAME = "Enter a valid username. This value may contain only letters, numbers, and ./+/-/_ characters.";
const USERNAME_TAKEN = "A user with that username already exists.";
const BAD_DATE = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.";

function post(json: unknown, to = origin) {
  return send(to, "POST", "/api/user/signup/", { json });
}

function countUsers(keys: string[]): Promise<number> {
  return withDatabase(inject("databaseUrl"), async (query) => {
    const rows = await query("select count(*)::int as n from users where username = any($1) or email = any($1)", [keys]);
    return Number(rows[0]?.n);
  });
}

/** Expects a 400 with exactly these messages, and no trace in the database. */
async function expectRefused(change: Record<string, unknown>, messages: Record<string, string[]>): Promise<void> {
  const body = { ...signUpBody(), ...change };
  const answer = await post(body);
  expect(answer.status, JSON.stringify(change)).toBe(400);
  expect(answer.json, JSON.stringify(change)).toEqual(messages);
  const sent = [body.username, body.email].filter((value): value is string => typeof value === "string");
  expect(await countUsers(sent.filter((value) => !value.includes("\0")))).toBe(0);
}

test("a signup answers the new user's details, and sets no cookie", async () => {
  const body = signUpBody();
  const answer = await post(body);
  expect(answer.status).toBe(201);
  const { username, email, age } = body;
  expect(answer.text).toBe(JSON.stringify({ id: answer.json.id, username, email, age }));
  expect(Number.isInteger(answer.json.id)).toBe(true);
  expect(answer.setCookies).toEqual([]);
});

test("names and addresses come back byte for byte as written, after trimming and NFKC", async () => {
  const tail = freshName();
  const names = [
    [`Ann.+-_${tail}`, `Ann.+-_${tail}`],
    [`  Zoë${tail}\t`, `Zoë${tail}`],
    [`Zoe\u0308x${tail}`, `Zoëx${tail}`],
    [`Ｗｉｄｅ${tail}`, `Wide${tail}`],
    [`Σίσυφος${tail}`, `Σίσυφος${tail}`],
    [`अनुष्का${tail}`, `अनुष्का${tail}`],
    [`映画${tail}`, `映画${tail}`],
    [`𝕬${tail}`, `A${tail}`],
    [`${"𠮷".repeat(150 - tail.length)}${tail}`, `${"𠮷".repeat(150 - tail.length)}${tail}`],
  ] as const;
  for (const [written, kept] of names) {
    const email = `First.O'Last+tag/${freshName()}@Example.CO.uk`;
    const answer = await post({ ...signUpBody(), username: written, email: ` ${email}\n` });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.json).toMatchObject({ username: kept, email });
  }
});

test("a password is stored as Django's bcrypt_sha256 in a table of its own, at the configured cost", async () => {
  const answer = await post(signUpBody());
  const rows = await withDatabase(inject("databaseUrl"), (query) =>
    query("select encoded from passwords where user_id = $1", [answer.json.id]),
  );
  expect(rows[0]?.encoded).toMatch(/^bcrypt_sha256\$\$2b\$10\$[./A-Za-z0-9]{53}$/);
});

test("every failing field is reported in one answer, a name that is taken included", async () => {
  const taken = signUpBody();
  await post(taken);
  expect((await post({})).json).toEqual({
    username: ["This field is required."],
    email: ["This field is required."],
    password: ["This field is required."],
    age: ["This field is required."],
  });
  const answer = await post({ username: taken.username.toUpperCase(), email: null, password: "sh0rt-x", age: "1990-13-01" });
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({
    username: [USERNAME_TAKEN],
    email: ["This field may not be null."],
    password: ["This password is too short. It must contain at least 8 characters."],
    age: [BAD_DATE],
  });
});

test("a field that is trimmed is judged blank after the trimming", async () => {
  await expectRefused(
    { username: " \t ", email: "  ", password: "", age: "" },
    {
      username: ["This field may not be blank."],
      email: ["This field may not be blank."],
      password: ["This field may not be blank."],
      age: ["This field may not be blank."],
    },
  );
});

test("numbers, booleans, lists, objects and lone surrogates are refused as no strings", async () => {
  for (const value of [5, true, ["a"], { a: 1 }]) {
    const messages = ["Not a valid string."];
    const all = { username: value, email: value, password: value, age: value };
    await expectRefused(all, { username: messages, email: messages, password: messages, age: messages });
  }
  const body = `{"username":"a\\ud800","email":"a@example.com","password":"pass\\udfffword-99","age":"1990-01-02"}`;
  const answer = await send(origin, "POST", "/api/user/signup/", { body, headers: { "content-type": "application/json" } });
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({ username: ["Not a valid string."], password: ["Not a valid string."] });
});

test("NUL is refused in every string", async () => {
  const messages = ["Null characters are not allowed."];
  const all = { username: "a\0b", email: "a\0@example.com", password: "pass\0word-99", age: "1990-01-02\0" };
  await expectRefused(all, { username: messages, email: messages, password: messages, age: messages });
});

test("a username of anything but letters, marks, digits and ./+/-/_ is refused", async () => {
  const bad = [
    "a b",
    "a@b",
    "a＠b",
    "a/b",
    "a'b",
    "<b>a</b>",
    "a\u200bb",
    "a\u00adb",
    "\u3164",
    "a\ufe0f",
    "\u115f",
    "a\u034fb",
    "😀",
    "a\nb",
    "a\u202eb",
    "½",
  ];
  for (const username of bad) await expectRefused({ username }, { username: [BAD_USERNAME] });
});

test("a username has at most 150 code points", async () => {
  await expectRefused({ username: "𠮷".repeat(151) }, { username: ["Ensure this field has no more than 150 characters."] });
});

test("usernames that differ only in case or Unicode form are the same", async () => {
  const tail = freshName();
  const variants = [
    [`Straße${tail}`, `STRASSE${tail}`, `strasse${tail}`, `ＳＴＲＡＳＳＥ${tail}`],
    [`Σίσυφος`.concat(tail), `ΣΊΣΥΦΟΣ`.concat(tail), `Σίσυφοσ`.concat(tail)],
    [`${tail}Οδός`, `${tail}ΟΔΌΣ`, `${tail}οδόσ`],
    [`Zoë${tail}`, `ZOË${tail}`, `zoe\u0308${tail}`],
    [`ﬁlm${tail}`, `FILM${tail}`, `film${tail}`],
    [`\u212Aate${tail}`, `kate${tail}`, `KATE${tail}`],
  ];
  for (const [first, ...others] of variants) {
    expect((await post({ ...signUpBody(), username: first })).status, first).toBe(201);
    for (const username of others) {
      const answer = await post({ ...signUpBody(), username });
      expect(answer.status, username).toBe(400);
      expect(answer.json).toEqual({ username: [USERNAME_TAKEN] });
    }
  }
});

test("e-mail addresses that differ only in case are the same", async () => {
  const body = signUpBody();
  await post(body);
  const answer = await post({ ...signUpBody(), email: body.email.toUpperCase() });
  expect(answer.json).toEqual({ email: ["A user with that email already exists."] });
});

test("an e-mail address that is malformed, not ASCII or too long is refused", async () => {
  const bad = [
    "a",
    "a@",
    "@example.com",
    "a@b",
    "a@@example.com",
    "a b@example.com",
    "a＠example.com",
    "ä@example.com",
    "a@ex ämple.com",
    "a@ex%C3%A4mple.com",
  ];
  bad.push(
    ".a@example.com",
    "a.@example.com",
    "a..b@example.com",
    "a@-x.com",
    "a@x-.com",
    "a@example..com",
    "a@example.c",
    "a@1.2.3.4",
  );
  bad.push(
    `${"a".repeat(65)}@example.com`,
    `a@${"x".repeat(64)}.com`,
    `a@${"x.".repeat(126)}com`,
    "a@example.com\nb",
    "<a@example.com>",
    "a,b@example.com",
  );
  for (const email of bad) await expectRefused({ email }, { email: ["Enter a valid email address."] });
});

test("an address with a Unicode host is stored in ASCII, equals the form that browsers send, and logs in in either form", async () => {
  const tail = freshName();
  const unicode = `Ann@Bücher${tail}.example`;
  const sent = { ...signUpBody(), email: ` ${unicode}` };
  const answer = await post(sent);
  expect(answer.status, answer.text).toBe(201);
  expect(answer.json.email).toMatch(/^Ann@xn--bcher[a-z0-9]+-[a-z0-9]+\.example$/);
  for (const email of [unicode, unicode.toUpperCase(), unicode.normalize("NFD"), answer.json.email]) {
    expect((await post({ ...signUpBody(), email })).json, email).toEqual({
      email: ["A user with that email already exists."],
    });
    const logIn = await send(origin, "POST", "/api/token/", { json: { username: email, password: sent.password } });
    expect(logIn.status, email).toBe(200);
  }
  // A browser's e-mail field sends the ASCII form of what was typed: both are one account.
  const browser = { ...signUpBody(), email: `ann@xn--bcher-kva.${freshName()}.example` };
  expect((await post(browser)).json.email).toBe(browser.email);
  const typed = { username: browser.email.replace("xn--bcher-kva", "bücher"), password: browser.password };
  expect((await send(origin, "POST", "/api/token/", { json: typed })).status).toBe(200);
});

test("a password is judged by its length in code points, by common use, and by its likeness to the user's other fields", async () => {
  const short = (n: number) => `This password is too short. It must contain at least ${n} characters.`;
  await expectRefused({ password: "seven-7" }, { password: [short(8)] });
  await expectRefused({ password: "😀😀😀😀😀😀😀" }, { password: [short(8)] });
  await expectRefused({ password: "password123" }, { password: ["This password is too common."] });
  await expectRefused({ password: "PassWord123" }, { password: ["This password is too common."] });
  await expectRefused({ password: "qwerty" }, { password: [short(8), "This password is too common."] });
  await expectRefused(
    { username: "kurosawa.akira", password: "kurosawa.akira1" },
    { password: ["The password is too similar to the username."] },
  );
  await expectRefused(
    { username: "kurosawa.akira", password: "Kurosawa9" },
    { password: ["The password is too similar to the username."] },
  );
  await expectRefused(
    { email: "toshiro.mifune@example.com", password: "toshiro-1" },
    { password: ["The password is too similar to the email address."] },
  );
  await expectRefused({ password: "movieconnect1" }, { password: ["The password is too similar to the site's name."] });
});

test("a password has at most 1,024 bytes, and is taken exactly as received", async () => {
  await expectRefused({ password: "é".repeat(513) }, { password: ["Ensure this field has no more than 1024 bytes."] });
  const good = [
    "😀".repeat(64),
    "        ",
    ` ${PASSWORD} `,
    "e\u0301ternite\u0301",
    `${"x".repeat(1_023)}y`,
    '"; drop table users; --',
  ];
  for (const password of good) {
    const body = { ...signUpBody(), password };
    expect((await post(body)).status, password).toBe(201);
    const logIn = (tried: string) => send(origin, "POST", "/api/token/", { json: { username: body.username, password: tried } });
    expect((await logIn(password)).status, password).toBe(200);
    expect((await logIn(`${password} `)).status, password).toBe(401);
    if (password !== password.normalize("NFC")) expect((await logIn(password.normalize("NFC"))).status).toBe(401);
  }
});

test("a birth date is a real date of the form YYYY-MM-DD", async () => {
  const bad = [
    "2023-02-29",
    "1990-1-2",
    "1990-13-01",
    "1990-00-10",
    "1990-04-31",
    "0000-01-01",
    "19900102",
    "1990-01-02T00:00:00Z",
    "02/01/1990",
  ];
  bad.push(" 1990-01-02", "1990-01-02 ", "+1990-01-02", "-001990-01-02", "１９９０-01-02", "1900-02-29", "yesterday");
  for (const age of bad) await expectRefused({ age }, { age: [BAD_DATE] });
});

test("a birth date is neither in the future nor too long ago nor too recent", async () => {
  const now = new Date();
  const thisYear = now.getUTCFullYear();
  const today = now.toISOString().slice(5, 10).replace("02-29", "02-28");
  // The day where on Earth it begins first, at UTC+14.
  const tomorrow = new Date(Date.now() + (14 + 24) * 3_600_000).toISOString().slice(0, 10);
  await expectRefused({ age: tomorrow }, { age: ["This date is in the future."] });
  await expectRefused({ age: "9999-12-31" }, { age: ["This date is in the future."] });
  await expectRefused({ age: `${thisYear - 200}-01-02` }, { age: ["This date is too long ago."] });
  await expectRefused({ age: `${thisYear - 131}-${today}` }, { age: ["This date is too long ago."] });
  await expectRefused({ age: `${thisYear - 12}-${today}` }, { age: ["You must be at least 13 years old."] });
  for (const year of [thisYear - 13, thisYear - 129]) {
    expect((await post({ ...signUpBody(), age: `${year}-${today}` })).status).toBe(201);
  }
  expect((await post({ ...signUpBody(), age: "2000-02-29" })).json.age).toBe("2000-02-29");
});

test("unknown fields are ignored and never stored, whatever their names", async () => {
  const body = JSON.stringify(signUpBody());
  const extra = `${body.slice(0, -1)},"id":1,"is_active":false,"is_admin":true,"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`;
  const answer = await send(origin, "POST", "/api/user/signup/", {
    body: extra,
    headers: { "content-type": "application/json" },
  });
  expect(answer.status).toBe(201);
  expect(Object.keys(answer.json)).toEqual(["id", "username", "email", "age"]);
  const rows = await withDatabase(inject("databaseUrl"), (query) => query("select * from users where id = $1", [answer.json.id]));
  expect(rows[0]?.is_active).toBe(true);
  expect((await post({ ...signUpBody(), polluted: undefined })).status).toBe(201);
});

test("SQL's quotes and comments in a field are mere text", async () => {
  const sql = `'; drop table users; --`;
  await expectRefused(
    { username: sql, email: sql, age: sql },
    {
      username: [BAD_USERNAME],
      email: ["Enter a valid email address."],
      age: [BAD_DATE],
    },
  );
  expect((await post({ ...signUpBody(), password: `${sql} /* ${freshName()} */` })).status).toBe(201);
});

test("200 parallel signups of one username make one row: one 201, the others 400 or an honest 503", async () => {
  const name = freshName();
  const cased = (index: number) =>
    [...name].map((letter, at) => ((index >> (at % 8)) & 1 ? letter.toUpperCase() : letter)).join("");
  const bodies = Array.from({ length: 200 }, (_, index) => ({
    ...signUpBody(cased(index)),
    email: `${freshName()}@example.com`,
  }));
  // These are more than can be hashed in time: on the shared server, other tests' requests would be refused too.
  const flooded = await startServer({ DATABASE_URL: inject("databaseUrl") });
  const answers = await Promise.all(bodies.map((body) => post(body, flooded.origin))).finally(flooded.stop);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  for (const { status, json, headers } of answers) {
    if (status === 400) expect(json).toEqual({ username: [USERNAME_TAKEN] });
    else if (status === 503) expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    else expect(status).toBe(201);
  }
  expect(await countUsers(bodies.map(({ username }) => username))).toBe(1);
});

test("a field that is as long as the body allows and hard for regular expressions delays no other request", async () => {
  const fills = [
    "a".repeat(15_000),
    `${"a.".repeat(7_500)}@`,
    `a@${"a.".repeat(7_000)}`,
    `a@${"a-".repeat(7_000)}`,
    " ".repeat(15_000),
    "\u0301".repeat(7_000),
    "\ufdfa".repeat(5_000),
    "1-".repeat(7_500),
  ];
  for (const fill of fills) {
    for (const field of ["username", "email", "age"]) {
      const answer = await post({ ...signUpBody(), [field]: fill });
      expect(answer.status).toBe(400);
      expect(Object.keys(answer.json)).toEqual([field]);
    }
  }
});

test("an address that becomes reserved while its signup is under way is refused as taken", async () => {
  const { id } = await signUp(origin);
  const body = signUpBody();
  await withDatabase(inject("databaseUrl"), async (query) => {
    // The signup finds the address free, and then waits for this transaction, which holds its name and takes it back. A lock of
    // the connection would not do: behind PgBouncer the signup may run on that very connection.
    await query("begin");
    await query(`insert into users (username, username_key, email, birth_date) values ($1, $1, $2, '1990-01-01')`, [
      body.username,
      signUpBody().email,
    ]);
    const answer = await withDatabase(inject("databaseUrl"), (other) =>
      onceWaiting(
        query,
        1,
        () => post(body),
        async () => {
          await other("insert into email_changes (user_id, old_email) values ($1, $2)", [id, body.email]);
          await query("rollback");
        },
      ),
    );
    expect(answer.json).toEqual({ email: ["A user with that email already exists."] });
  });
  expect(await countUsers([body.username])).toBe(0);
});

test("a name that was taken when the row was inserted, and is free again when the conflict is examined, is given", async () => {
  const body = signUpBody();
  await withDatabase(inject("databaseUrl"), async (query) => {
    // The first insert finds the name taken, as by a user who is deleted right after.
    await query(`create sequence tries_of_${body.username}`);
    await query(`create function skip_first_${body.username}() returns trigger language plpgsql as $$
      begin
        if nextval('tries_of_${body.username}') = 1 then return null; end if;
        return new;
      end $$`);
    await query(`create trigger skip_${body.username} before insert on users for each row
      when (new.username = '${body.username}') execute function skip_first_${body.username}()`);
  });
  expect((await post(body)).status).toBe(201);
  expect((await post(body)).json.username).toEqual([USERNAME_TAKEN]);
  // The trigger stays, and concerns this name alone. Dropping it would lock the whole table: every reader of `users` would
  // wait for the transactions that other tests hold open.
});
