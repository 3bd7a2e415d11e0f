import account from "./en/account.json";
import billing from "./en/billing.json";
import calendar from "./en/calendar.json";
import certificates from "./en/certificates.json";
import coaching from "./en/coaching.json";
import cohorts from "./en/cohorts.json";
import conduct from "./en/conduct.json";
import curriculum from "./en/curriculum.json";
import director from "./en/director.json";
import errors from "./en/errors.json";
import exports from "./en/exports.json";
import forms from "./en/forms.json";
import guardian from "./en/guardian.json";
import home from "./en/home.json";
import insights from "./en/insights.json";
import learn from "./en/learn.json";
import members from "./en/members.json";
import mentorship from "./en/mentorship.json";
import messages from "./en/messages.json";
import missions from "./en/missions.json";
import notifications from "./en/notifications.json";
import offline from "./en/offline.json";
import portfolio from "./en/portfolio.json";
import profiler from "./en/profiler.json";
import reviews from "./en/reviews.json";
import search from "./en/search.json";
import settings from "./en/settings.json";
import shell from "./en/shell.json";
import sponsor from "./en/sponsor.json";
import states from "./en/states.json";
import submissions from "./en/submissions.json";
import suggestions from "./en/suggestions.json";
import times from "./en/times.json";
import webhooks from "./en/webhooks.json";

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
