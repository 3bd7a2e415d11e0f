import account from "./sw/account.json";
import billing from "./sw/billing.json";
import calendar from "./sw/calendar.json";
import certificates from "./sw/certificates.json";
import coaching from "./sw/coaching.json";
import cohorts from "./sw/cohorts.json";
import conduct from "./sw/conduct.json";
import curriculum from "./sw/curriculum.json";
import director from "./sw/director.json";
import errors from "./sw/errors.json";
import exports from "./sw/exports.json";
import forms from "./sw/forms.json";
import guardian from "./sw/guardian.json";
import home from "./sw/home.json";
import insights from "./sw/insights.json";
import learn from "./sw/learn.json";
import members from "./sw/members.json";
import mentorship from "./sw/mentorship.json";
import messages from "./sw/messages.json";
import missions from "./sw/missions.json";
import notifications from "./sw/notifications.json";
import offline from "./sw/offline.json";
import portfolio from "./sw/portfolio.json";
import profiler from "./sw/profiler.json";
import reviews from "./sw/reviews.json";
import search from "./sw/search.json";
import settings from "./sw/settings.json";
import shell from "./sw/shell.json";
import sponsor from "./sw/sponsor.json";
import states from "./sw/states.json";
import submissions from "./sw/submissions.json";
import suggestions from "./sw/suggestions.json";
import times from "./sw/times.json";
import webhooks from "./sw/webhooks.json";

export default {
  account,
  billing,
  calendar,
  certificates,
  coaching,
  cohorts,
  conduct,
  director,
  curriculum,
  errors,
  exports,
  forms,
  guardian,
  home,
  insights,
  learn,
  members,
  mentorship,
  messages,
  missions,
  notifications,
  offline,
  portfolio,
  profiler,
  reviews,
  search,
  settings,
  shell,
  sponsor,
  states,
  submissions,
  suggestions,
  times,
  webhooks,
};
