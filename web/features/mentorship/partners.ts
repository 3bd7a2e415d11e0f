import "server-only";
import { learnerNames, mentorNames } from "@/features/times/people";

interface Pair {
  learner: number;
  mentor: number | null;
}

/** The name of the other one of each pair, for one of the two. */
export async function partnerNames(pairs: Pair[], own_id: number): Promise<(pair: Pair) => string> {
  const isMentor = ({ mentor }: Pair) => mentor === own_id;
  const [learnerName, mentorName] = await Promise.all([
    learnerNames(pairs.filter(isMentor).map(({ learner }) => learner)),
    mentorNames(pairs.filter((pair) => !isMentor(pair)).map(({ mentor }) => mentor)),
  ]);
  return (pair) => (isMentor(pair) ? learnerName(pair.learner) : mentorName(pair.mentor));
}
