// Says what the official parser has against a document; exits with 1 when it has anything.
import { Parser, fromFile } from "@asyncapi/parser";

const { document, diagnostics } = await fromFile(new Parser(), process.argv[2]).parse();
const errors = diagnostics.filter(({ severity }) => severity === 0);
for (const { message, path } of errors) console.error(`${path.join(".")}: ${message}`);
if (document) {
  const channels = document.channels().all().map((channel) => channel.address()).sort();
  const messages = document.allMessages().all().map((message) => message.name()).sort();
  console.log(JSON.stringify({ version: document.version(), channels, messages }));
}
process.exitCode = errors.length || !document ? 1 : 0;
