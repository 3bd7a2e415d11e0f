import assert from "node:assert/strict";
import { test } from "node:test";
import { countDrawings, sectionHtml } from "../features/learn/sectionHtml.ts";
import { replaceTags } from "../features/texts/tags.ts";

const ID = "33333333-3333-4333-8333-333333333333";
const ADDRESS = `/bff/api/v1/content/m-1/body/files/${ID}/`;

test("drawings and files have the addresses of the client", () => {
  const html = `<p><img src="files/${ID}" alt="A"> <a href="files/${ID}/">B</a></p>`;
  assert.equal(
    sectionHtml("m-1", html, false),
    `<p><img loading="lazy" src="${ADDRESS}" alt="A"> ` +
      `<a href="${ADDRESS}" rel="noopener noreferrer">B</a></p>`,
  );
  assert.equal(countDrawings(html), 1);
});

test("who saves data gets a link in place of a drawing", () => {
  const html = `<img src="files/${ID}" alt="A &amp; <b>B</b>">`;
  assert.equal(
    sectionHtml("m-1", html, true),
    `<a href="${ADDRESS}">A &amp; &lt;b&gt;B&lt;/b&gt;</a>`,
  );
});

test("what looks like a tag inside a value stays a part of the value", () => {
  const html = '<a href="https://a.example" title="<pre><img src=x onerror=alert(1)>">x</a>';
  const pre = replaceTags(html, ({ name, whole }) => (name === "pre" ? "<pre tabindex>" : whole));
  assert.equal(pre, html);
  const shown = sectionHtml("m-1", html, false);
  assert.ok(!shown.includes("<img"));
  assert.ok(shown.includes('title="&lt;pre&gt;&lt;img src=x onerror=alert(1)&gt;"'));
});

test("links to elsewhere stay what they are", () => {
  const shown = sectionHtml("m-1", '<p><a href="https://a.example/?a=1&amp;b=2">x</a></p>', false);
  assert.ok(shown.includes('href="https://a.example/?a=1&amp;b=2"'));
});
