import account from "./fr/account.json";
import billing from "./fr/billing.json";
import calendar from "./fr/calendar.json";
import certificates from "./fr/certificates.json";
import coaching from "./fr/coaching.json";
import cohorts from "./fr/cohorts.json";
import conduct from "./fr/conduct.json";
import curriculum from "./fr/curriculum.json";
import director from "./fr/director.json";
import errors from "./fr/errors.json";
import exports from "./fr/exports.json";
import forms from "./fr/forms.json";
import guardian from "./fr/guardian.json";
import home from "./fr/home.json";
import insights from "./fr/insights.json";
import learn from "./fr/learn.json";
import members from "./fr/members.json";
import mentorship from "./fr/mentorship.json";
import messages from "./fr/messages.json";
import missions from "./fr/missions.json";
import notifications from "./fr/notifications.json";
import offline from "./fr/offline.json";
import portfolio from "./fr/portfolio.json";
import profiler from "./fr/profiler.json";
import reviews from "./fr/reviews.json";
import search from "./fr/search.json";
import settings from "./fr/settings.json";
import shell from "./fr/shell.json";
import sponsor from "./fr/sponsor.json";
import states from "./fr/states.json";
import submissions from "./fr/submissions.json";
import suggestions from "./fr/suggestions.json";
import times from "./fr/times.json";
import webhooks from "./fr/webhooks.json";

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
