-- The generation that was live before this one, until the lists that differ between the two are noted
-- to be published.
ALTER TABLE generation ADD replaces text;
