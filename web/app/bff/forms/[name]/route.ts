import type { NextRequest } from "next/server";
import * as account from "@/features/account/forms";
import { pay, paySeat } from "@/features/billing/forms";
import { guardianAnswer, guardianLink } from "@/features/guardian/forms";
import { acceptInvitation } from "@/features/members/forms";
import * as profiler from "@/features/profiler/forms";
import * as settings from "@/features/settings/forms";
import { answerForm, type Form } from "@/server/forms";
import { refusal } from "@/server/problems";

const FORMS: Record<string, Form> = {
  "sign-up": account.signUp,
  "log-in": account.logIn,
  "log-in-by-link": account.logInByLink,
  "log-in-link": account.logInLink,
  enrol: account.enrol,
  "recovery-codes-kept": account.recoveryCodesKept,
  "second-factor": account.secondFactor,
  "reset-password": account.resetPassword,
  "new-password": account.newPassword,
  "verify-email": account.verifyEmail,
  "own-name": settings.ownName,
  "language-and-time": settings.languageAndTime,
  "data-saver": settings.dataSaver,
  "quiet-hours": settings.quietHours,
  "birth-year": settings.birthYear,
  guardian: settings.guardian,
  "guardian-answer": guardianAnswer,
  "guardian-link": guardianLink,
  pay,
  "pay-seat": paySeat,
  profiler: profiler.profiler,
  track: profiler.chooseTrack,
  "accept-invitation": acceptInvitation,
};

interface Context {
  params: Promise<{ name: string }>;
}

export async function POST(request: NextRequest, context: Context): Promise<Response> {
  const { name } = await context.params;
  const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
  return form ? answerForm(request, form) : refusal(404, "not_found", "Not found.");
}
