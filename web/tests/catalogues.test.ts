import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Node, type SourceFile, SyntaxKind } from "typescript/unstable/ast";
import {
  isBinaryExpression,
  isConditionalExpression,
  isJsxAttribute,
  isJsxElement,
  isJsxExpression,
  isJsxFragment,
  isJsxText,
  isParenthesizedExpression,
  isPropertyAssignment,
  isStringLiteral,
  isTemplateExpression,
} from "typescript/unstable/ast/is";
import { createVirtualFileSystem } from "typescript/unstable/fs";
import { API } from "typescript/unstable/sync";

const WEB = join(import.meta.dirname, "..");
/** Attributes of elements and components, and properties of objects, that a person reads. */
const READ = new Set([
  ...["alt", "aria-description", "aria-label", "aria-roledescription", "aria-valuetext"],
  ...["description", "done", "heading", "hint", "label", "no", "placeholder", "submit", "summary"],
  ...["text", "title", "yes"],
]);
/** A value of code, such as the kind of a field: `{ text: "text" }`. */
const CODE = /^[a-z]+$/;
/** As a sentence begins, and no key, class or address. */
const SENTENCE_START = /^\s*\p{Lu}[\p{Ll}’']/u;
/** Names, which are the same in each language. */
const NAMES = /Ongoza( CyberHub)?/g;

/** The texts in a value that is shown, but not those that a call takes, such as `t("key")`. */
function textsOf(node: Node | undefined): string[] {
  if (!node) {
    return [];
  }
  if (isStringLiteral(node) || node.kind === SyntaxKind.NoSubstitutionTemplateLiteral) {
    return [(node as { text?: string }).text ?? ""];
  }
  if (isTemplateExpression(node)) {
    const parts = [node.head, ...node.templateSpans.map(({ literal }) => literal)];
    return [
      ...parts.map(({ text }) => text),
      ...node.templateSpans.flatMap(({ expression }) => textsOf(expression)),
    ];
  }
  if (isConditionalExpression(node)) {
    return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  }
  if (isBinaryExpression(node)) {
    return isComparison(node) ? [] : [...textsOf(node.left), ...textsOf(node.right)];
  }
  if (isJsxExpression(node) || isParenthesizedExpression(node)) {
    return textsOf(node.expression);
  }
  return [];
}

function isComparison(node: Node): boolean {
  return isBinaryExpression(node) && /^[=!]==?$|^[<>]=?$/.test(node.operatorToken.getText());
}

/** A literal anywhere in a page, such as in a list of headings, that reads as a sentence or a name. */
function sentenceIn(node: Node): string[] {
  const texts = isStringLiteral(node) || isTemplateExpression(node) ? textsOf(node) : [];
  const [first] = isComparison(node.parent) ? [] : texts;
  return first !== undefined && SENTENCE_START.test(first) ? [first] : [];
}

function shownIn(node: Node): string[] {
  if (isJsxText(node)) {
    return [node.text];
  }
  if (isJsxElement(node) || isJsxFragment(node)) {
    return node.children.filter(isJsxExpression).flatMap(textsOf);
  }
  if (isJsxAttribute(node)) {
    return READ.has(node.name.getText()) ? textsOf(node.initializer) : [];
  }
  if (isPropertyAssignment(node) && READ.has(node.name.getText())) {
    return textsOf(node.initializer).filter((text) => !CODE.test(text));
  }
  return [];
}

/** Texts in a language that a file shows by itself. */
function strayTexts(file: SourceFile): string[] {
  const isPage = file.fileName.endsWith(".tsx"); // elsewhere, sentences are for developers
  const found = new Set<string>();
  const visit = (node: Node): undefined => {
    for (const text of [...shownIn(node), ...(isPage ? sentenceIn(node) : [])]) {
      found.add(text);
    }
    node.forEachChild(visit);
  };
  file.forEachChild(visit);
  return [...found]
    .filter((text) => /\p{L}/u.test(text.replaceAll(NAMES, "")))
    .map((text) => text.trim());
}

test("each text that a page shows is in the catalogues", () => {
  const api = new API({ cwd: WEB });
  try {
    const [project] = api.updateSnapshot({ openProject: join(WEB, "tsconfig.json") }).getProjects();
    const stray: string[] = [];
    for (const folder of ["app", "features"]) {
      for (const name of readdirSync(join(WEB, folder), { recursive: true, encoding: "utf8" })) {
        const file =
          /\.tsx?$/.test(name) && project?.program.getSourceFile(join(WEB, folder, name));
        stray.push(...(file ? strayTexts(file) : []).map((text) => `${folder}/${name}: ${text}`));
      }
    }
    assert.deepEqual(stray, []);
  } finally {
    api.close();
  }
});

const STRAY = `
"use client";
export const metadata = { title: "Missions", icon: "mission" };
const HEADS = ["Delete it for good", "heads.keep"];
export const Sample = ({ kind, t, name }) => (
  <section className="card wide" aria-label="tracks">
    loose words {t("key")} {kind === "Unknown device" ? "one" : "two"} {name || \`by \${name}\`}
    <Icon name="clock" label={kind ? "late" : t("soon")} />
    <Question ask="Delete it?" href={\`/missions/\${name}\`} text={t(\`\${kind}Text\`)} />
    <input placeholder="Your name" alt="" /> 12 / 24 Ongoza
    <>{kind && <b>{"bold"}</b>}{HEADS}</>
  </section>
);`;

test("each sort of text outside the catalogues is found", () => {
  const files = { "/s/tsconfig.json": '{"compilerOptions": {"noLib": true}}', "/s/s.tsx": STRAY };
  const api = new API({ cwd: "/s", fs: createVirtualFileSystem(files) });
  try {
    const [project] = api.updateSnapshot({ openProject: "/s/tsconfig.json" }).getProjects();
    const file = project?.program.getSourceFile("/s/s.tsx");
    assert.deepEqual((file ? strayTexts(file) : []).sort(), [
      ...["Delete it for good", "Delete it?", "Missions", "Your name", "bold", "by", "late"],
      ...["loose words", "one", "tracks", "two"],
    ]);
  } finally {
    api.close();
  }
});

type Catalogue = { [key: string]: string | Catalogue };

/** `{count}`, `{count, plural, …}` or `<b>`, and not a form such as `one {day}`. */
const VALUE = /(?<!\b(?:one|many|other) )\{(\w+)[,}]|<(\w+)>/g;

/** Each text's key, with the names of the values that are put into it. */
function places(catalogue: Catalogue, before = ""): string[] {
  return Object.entries(catalogue).flatMap(([key, text]) => {
    if (typeof text !== "string") {
      return places(text, `${before}${key}.`);
    }
    const values = [...text.matchAll(VALUE)].map(([, value, tag]) => value ?? tag);
    return [`${before}${key}: ${[...new Set(values)].sort()}`];
  });
}

for (const name of readdirSync(join(WEB, "messages/en"))) {
  test(`${name} has the same texts and values in each language`, () => {
    const [en, sw, fr] = ["en", "sw", "fr"].map((language) => {
      const text = readFileSync(join(WEB, "messages", language, name), "utf8");
      return places(JSON.parse(text) as Catalogue).sort();
    });
    assert.deepEqual(sw, en);
    assert.deepEqual(fr, en);
  });
}

/** The catalogues with the titles of the pages to which these places of the navigation lead. */
const TITLED: Record<string, string> = {
  ...{ learn: "learn", missions: "missions", reviews: "reviews", messages: "messages" },
  ...{ members: "members", cohorts: "cohorts", reports: "conduct" },
};

test("the navigation names a page as its title does", () => {
  for (const language of ["en", "sw", "fr"]) {
    const read = (name: string) =>
      JSON.parse(readFileSync(join(WEB, "messages", language, `${name}.json`), "utf8"));
    const titles = Object.entries(TITLED).map(([place, name]) => [place, read(name).title]);
    const names = Object.keys(TITLED).map((place) => [place, read("shell").places[place]]);
    assert.deepEqual(names, titles, language);
  }
});

test("French keeps a mark and the word before it on one line", () => {
  const folder = join(WEB, "messages/fr");
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  assert.deepEqual(texts.join("\n").match(/^.*\S [:;?!](?=[\s"<]).*$/gm), null);
});
