"""What somebody writes who wants a page to run it; each would set `window.ran` if it succeeded."""

from __future__ import annotations

CORPUS = (
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    '"><svg onload=window.ran=1>',
    "' onfocus=window.ran=1 autofocus='",
    "</title><script>window.ran=1</script>",
    "</textarea><iframe srcdoc='<script>parent.ran=1</script>'>",
    "javascript:window.ran=1",
    "<a href=javascript:window.ran=1 data-go>x</a>",
    "{{ 7*7 }}{% raw %}${window.ran=1}",
    "<div hx-get=/logout hx-trigger=load hx-on:load=window.ran=1></div>",
    "\u202e<style>*{display:none}</style>",
)
