-- The nudges of a learner's day, one row for each learner; the next day replaces it.
CREATE TABLE nudges_given (
    user_id    integer PRIMARY KEY,
    local_date date NOT NULL,
    advice_ids text[] NOT NULL
);

-- How a language model words advice whose numbers and dates are replaced; without texts where the
-- checker refused them.
CREATE TABLE coach_wording (
    digest        text PRIMARY KEY,
    model         text NOT NULL,
    model_version text NOT NULL,
    text          text,
    why_now       text,
    worded_at     timestamptz NOT NULL DEFAULT now(),
    CHECK ((text IS NULL) = (why_now IS NULL))
);

-- How often the language model was called on a day.
CREATE TABLE coach_model_calls (
    day   date PRIMARY KEY,
    calls integer NOT NULL CHECK (calls > 0)
);
