import { expect, test } from "vitest";
import { html } from "./html.ts";

test("a value can break out of neither text nor an attribute, and HTML of another template stays as it is", () => {
  const evil = `"><script>alert('1')</script>&amp;`;
  const { html: text } = html`<p title="${evil}">${[html`<b>${evil}</b>`, html`<i>x</i>`]}</p>`;
  const shown = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;";
  expect(text).toBe(`<p title="${shown}"><b>${shown}</b><i>x</i></p>`);
});
