"""Files people upload: the template and one module per broker format."""
