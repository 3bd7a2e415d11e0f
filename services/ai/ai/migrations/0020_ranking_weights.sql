-- By how much the weight of each part of the score of recommendations is multiplied, as learned from
-- lists that were shown; for every generation. A part without a row has its own weight.
CREATE TABLE ranking_weight (
    part       text PRIMARY KEY,
    multiplier real NOT NULL CHECK (multiplier >= 0)
);
