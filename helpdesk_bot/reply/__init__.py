"""The helpdesk reply: a direct answer and typed resources, in the shape that an expert would send.

`composing` makes a `values.Reply` of an answer, `layout` puts it into blocks in
the asker's language, and `rendering` writes these as Markdown, HTML or DOCX.
"""
