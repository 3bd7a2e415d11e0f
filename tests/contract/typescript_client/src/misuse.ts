// What the documents' types must refuse: the compiler reports each line here that would be accepted.
import { recommendationsList } from "./ai/index.js";
import { contentList, type User, usersEraseMe, usersRead } from "./core/index.js";

export function misuse(user: User): void {
  // @ts-expect-error erasing an account takes the password
  void usersEraseMe({});
  // @ts-expect-error an id is a number
  void usersRead({ path: { user_id: "7" } });
  // @ts-expect-error there is no such track
  void contentList({ query: { track: "hackers" } });
  // @ts-expect-error a query parameter is never null
  void recommendationsList({ query: { content_type: null } });
  // @ts-expect-error no track is chosen yet
  user.track.toUpperCase();
}
