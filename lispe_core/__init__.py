"""LispE, the Lisp whose lists are arrays, compiled to Python code objects."""
