"""{{ cookiecutter.description | replace('\\', '\\\\') | replace('"', "'") }}"""
