"""Puts captured methods into a class, and into each class made from it later; the class stays the same object."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from jarvis_ctx.attach.around import Around, AroundClaim, AroundNote, AroundStep, refuse_retries_of_generators
from jarvis_ctx.attach.around_state import AroundState, watch
from jarvis_ctx.attach.attachment import Attachment
from jarvis_ctx.attach.captured import CapturedMethod, captured_in, mark
from jarvis_ctx.attach.notes import Source, note
from jarvis_ctx.attach.wrapping import wrap
from jarvis_ctx.capture.arguments import TaskArguments
from jarvis_ctx.capture.calls import Calls
from jarvis_ctx.capture.code import code_hash
from jarvis_ctx.capture.conventions import ATTACHED, Chosen, choose, completes
from jarvis_ctx.capture.methods import Method, functions_of, methods
from jarvis_ctx.capture.parameters import parameters
from jarvis_ctx.capture.state_source import StateSource, source_of

INIT, INIT_SUBCLASS = "__init__", "__init_subclass__"

FIELDS = {"__annotations__", "__annotate__", "__annotate_func__"}
"""What a class has that declares fields. Another decorator may yet make its `__init__` from them, if it has none."""


def attach(cls: type, attachment: Attachment) -> None:
    """Capture the methods of `cls` and of its subclasses to come. Raises `UnknownMethod`, and then changes nothing."""
    found = methods(cls)
    chosen = choose(found, attachment.wishes, cls.__qualname__)
    setattr(cls, ATTACHED, attachment)
    _capture(cls, found, chosen, attachment)
    _open_after_init(cls)
    _follow_subclasses(cls)


def capturing(obj: Any, attachment: Attachment) -> dict[str, Callable[..., Any]]:
    """Capturing functions for the methods of one object, by name; neither it nor its class is changed."""
    found = methods(type(obj)) | functions_of(obj)
    chosen = choose(found, attachment.wishes, type(obj).__qualname__)
    state = source_of(type(obj), attachment.wishes)
    captured = {}
    for name, choice in chosen.items():
        method = found[name]
        around = _with_state(around_of(method, choice, chosen, attachment), method, state)
        capture = CapturedMethod(object, name, method.binding, attachment, around)
        captured[name] = capture.wrapper = wrap(method.function, capture.around, capture.find)
    _record_code([found[name] for name in chosen], attachment)
    return captured


def around_of(method: Method, choice: Chosen, among: dict[str, Chosen], attachment: Attachment) -> Around:
    """What is to stand around a method's calls, of all that are chosen `among` its class's methods."""
    if choice.meaning == "step":
        refuse_retries_of_generators(method.function, choice.step, method.name)
        return AroundStep(method.name, first=method.first, options=choice.step)
    takes, wanted = parameters(method.function, first=method.first), choice.task
    task = TaskArguments(
        method.name, takes, attachment.keeping, id=wanted.id, description=wanted.description, agent=wanted.agent
    )
    if choice.meaning == "claim":
        calls = Calls(takes, attachment.keeping, method.binding, method.owner.__qualname__)
        return AroundClaim(method.name, task, calls, completes=completes(choice, among))
    source = Source(method=method.name, parameters=takes, task=task, keeping=attachment.keeping)
    return AroundNote(method.name, note(choice.meaning, source))


def _capture(cls: type, found: dict[str, Method], chosen: dict[str, Chosen], attachment: Attachment) -> None:
    state, anew = source_of(cls, attachment.wishes), _gains_state(cls, attachment)
    bare = {name: method for name in chosen if (method := _bare(found[name], cls, chosen[name], anew)) is not None}
    for name, method in bare.items():
        around = _with_state(around_of(method, chosen[name], chosen, attachment), method, state)
        setattr(cls, name, _captured(cls, method, around, attachment))
    _record_code(bare.values(), attachment)
    attachment.homes.append(cls)
    attachment.offer(cls)


def _with_state(around: Around, method: Method, state: StateSource | None) -> Around:
    return around if state is None or method.binding != "instance" else AroundState(around, state)


def _gains_state(cls: type, attachment: Attachment) -> bool:
    """Whether a subclass has the methods for a state that no class above it has, so that inherited calls count anew."""
    above = (source_of(base, attachment.wishes) for base in cls.__mro__[1:] if hasattr(base, ATTACHED))
    return source_of(cls, attachment.wishes) is not None and not any(above)


def _record_code(captured: Iterable[Method], attachment: Attachment) -> None:
    hashes = {method.qualname: code_hash(method.function) for method in captured}
    attachment.record_code({name: code for name, code in hashes.items() if code})


def _bare(method: Method, cls: type, choice: Chosen, anew: bool) -> Method | None:
    """The method without a capture that an earlier attachment of this very class put around it.

    None where an inherited method is captured already and nothing else is asked for here. `anew`: a state is.
    """
    before = captured_in(method.function)
    if before is None:
        return method
    if method.owner is cls and before is method.function:
        return Method(name=method.name, function=vars(before)["__wrapped__"], binding=method.binding, owner=cls)
    return method if (choice.argument or anew) and method.owner is not cls else None


def _captured(cls: type, method: Method, around: Around, attachment: Attachment) -> Any:
    capture = CapturedMethod(cls, method.name, method.binding, attachment, around)
    own = method.owner is cls or method.binding == "static"
    wrapper = capture.wrapper = wrap(method.function, around, capture.find, called=None if own else capture.call_next)
    mark(wrapper)
    if method.binding == "instance":
        return wrapper
    return staticmethod(wrapper) if method.binding == "static" else classmethod(wrapper)


def _open_after_init(cls: type) -> None:
    """Open the sidecar when the outermost `__init__` of an object is through, if no captured call has before."""
    original: Any = cls.__init__  # type: ignore[misc]  # of this very class
    if captured_in(original) is not None or (INIT not in vars(cls) and FIELDS & vars(cls).keys()):
        return
    init = _init_without(cls) if original is object.__init__ else _init_around(cls, original)
    mark(init)
    setattr(cls, INIT, init)


def _init_around(cls: type, original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def initialise(self: Any, *args: Any, **kwargs: Any) -> None:
        attachment = _outermost(self, initialise)
        if attachment is None:
            original(self, *args, **kwargs)
            return
        attachment.making.add(id(self))
        try:
            original(self, *args, **kwargs)
        finally:
            attachment.making.discard(id(self))
        _open_for(attachment, self)

    return initialise


def _init_without(cls: type) -> Callable[..., None]:
    """For a class without one of its own: takes what making its objects takes."""
    making: Any = cls.__new__
    if making is object.__new__:

        def initialise(self: Any) -> None:
            _open_for(_outermost(self, initialise), self)
    else:

        def initialise(self: Any, *args: Any, **kwargs: Any) -> None:  # type: ignore[misc]  # the other signature
            _open_for(_outermost(self, initialise), self)

    initialise.__name__, initialise.__qualname__ = INIT, f"{cls.__qualname__}.{INIT}"
    initialise.__module__, initialise.__annotations__ = cls.__module__, {}
    return initialise


def _outermost(self: Any, init: Callable[..., None]) -> Attachment | None:
    """What ties the object to its sidecar, where `init` is its outermost `__init__`."""
    attachment: Attachment | None = getattr(self, ATTACHED, None)
    return attachment if captured_in(type(self).__init__) is init else None


def _open_for(attachment: Attachment | None, self: Any) -> None:
    if attachment is not None:
        manager = attachment.open()
        if manager is not None:
            watch(manager, self, source_of(type(self), attachment.wishes))
            attachment.offer(self)  # Only now: its state is what it was before the crash.


def _follow_subclasses(cls: type) -> None:
    own = vars(cls).get(INIT_SUBCLASS)

    def follow(sub: type, /, **kwargs: Any) -> None:
        if own is None:
            inherited: Any = super(cls, sub)
            inherited.__init_subclass__(**kwargs)
        else:
            own.__get__(None, sub)(**kwargs)
        _adopt(sub)

    setattr(cls, INIT_SUBCLASS, classmethod(follow))


def _adopt(sub: type) -> None:
    """Capture what a subclass overrides or adds."""
    attachment: Attachment = getattr(sub, ATTACHED)
    found = methods(sub)
    chosen = choose(found, attachment.wishes, sub.__qualname__)
    every = _gains_state(sub, attachment)
    fresh = {name: choice for name, choice in chosen.items() if every or captured_in(found[name].function) is None}
    _capture(sub, found, fresh, attachment)
    _open_after_init(sub)
