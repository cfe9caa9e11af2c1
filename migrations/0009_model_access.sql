-- Models that are not for everybody. One that is not named here is; one that is named is for administrators and the people
-- named with it. Rows go with their model, whichever program deletes it.
CREATE TABLE restricted_models (
    model_id TEXT NOT NULL PRIMARY KEY REFERENCES models (id) ON DELETE CASCADE
);
CREATE TABLE restricted_model_users (
    model_id TEXT NOT NULL REFERENCES restricted_models (model_id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    PRIMARY KEY (model_id, user_id)
);
CREATE INDEX restricted_model_users_user ON restricted_model_users (user_id);
