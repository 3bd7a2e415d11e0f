// Signs up, logs in, reads recommendations and erases the account: the way of one learner, through
// clients generated from the OpenAPI documents. Prints what it was answered as JSON.
import { type Problem as AiProblem, recommendationsList } from "./ai/index.js";
import { createClient as createAi } from "./ai/client/index.js";
import { authLogIn, authSignUp, type Challenge, contentList, type Problem, type Track, usersEraseMe } from "./core/index.js";
import { createClient as createCore } from "./core/client/index.js";

const [coreUrl, aiUrl, email, password] = process.argv.slice(2);
if (!coreUrl || !aiUrl || !email || !password) {
  throw new Error("usage: main.js CORE_URL AI_URL EMAIL PASSWORD");
}

const anonymous = createCore({ baseUrl: coreUrl });
await authSignUp({ client: anonymous, body: { email, password }, throwOnError: true });
const { data: signedIn } = await authLogIn({
  client: anonymous,
  body: { email, password },
  throwOnError: true,
});
const auth = signedIn.access_token;
const core = createCore({ baseUrl: coreUrl, auth });
const ai = createAi({ baseUrl: aiUrl, auth });

const track: Track = "builders";
const content = await contentList({
  client: core,
  query: { track, page_size: 2 },
  throwOnError: true,
});
const skills: string[] = content.data.results.flatMap((item) => item.skills);

const recommended = await recommendationsList({
  client: ai,
  query: { limit: 3, content_type: content.data.results[0]?.content_type },
  throwOnError: true,
});

const unknown = await authLogIn({ client: anonymous, body: { email, password: `${password}?` } });
// One schema in both documents; a log-in that needs another step is answered with a challenge.
const problem: Problem | AiProblem | Challenge | undefined = unknown.error;
const wrong = await usersEraseMe({ client: core, body: { password: `${password}?` } });
const erased = await usersEraseMe({ client: core, body: { password } });

console.log(
  JSON.stringify({
    user: signedIn.user.id,
    listed: content.data.results.map((item) => item.track),
    skills: skills.length,
    recommended_for: recommended.data.user_id,
    recommended: recommended.data.recommendations.length,
    refused: [unknown.response?.status, problem?.code],
    wrong_password: [wrong.response?.status, wrong.error?.code],
    erased: erased.response?.status,
  }),
);
