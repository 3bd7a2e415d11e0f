import assert from "node:assert/strict";
import { test } from "node:test";
import { type ComparedField, differingFields, fieldLines } from "../features/dialog/differences.ts";

const FIELDS: ComparedField[] = [
  { name: "name", label: "Name" },
  { name: "version", label: "Program", values: { v1: "Networks, version 1" } },
  { name: "starts_on", label: "First day", isDate: true },
  { name: "public", label: "Open to all", values: { true: "Yes", false: "No" } },
];

test("two versions are compared by what was sent", () => {
  const sent = { name: "Evening", version: "v1", public: false };
  const stored = { name: "Morning", version: "v1", starts_on: "2027-02-01", public: true };
  const found = differingFields(FIELDS, sent, stored).map(({ name }) => name);
  assert.deepEqual(found, ["name", "public"]);
  assert.deepEqual(differingFields(FIELDS, sent, { ...stored, ...sent }), []);
});

test("a version is shown in words", () => {
  const values = { name: "", version: "v1", starts_on: "2027-02-01", public: false };
  assert.deepEqual(fieldLines(FIELDS, values, "en-GB"), [
    "Name: –",
    "Program: Networks, version 1",
    "First day: 1 February 2027",
    "Open to all: No",
  ]);
});
