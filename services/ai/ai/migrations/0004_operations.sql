-- What operators did, by the command line or the API.
CREATE TABLE operation (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT now(),
    actor   text NOT NULL,  -- "user 42", or the account at the terminal
    action  text NOT NULL,
    subject text NOT NULL,
    outcome text NOT NULL,
    reason  text
);
