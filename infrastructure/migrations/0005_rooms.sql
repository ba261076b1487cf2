-- Read models belong to the application, which creates, rebuilds and drops their tables itself.

CREATE SCHEMA rooms AUTHORIZATION sigmasight_app;
