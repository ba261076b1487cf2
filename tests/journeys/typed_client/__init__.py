"""The service as a program sees it that uses a client generated from the OpenAPI document."""
