"""Configuration: located YAML in layers."""
