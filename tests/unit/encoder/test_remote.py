import logging
import socket
import sys
import traceback

import numpy as np
import pytest

from assist.encoder import load
from assist.encoder.remote import OpenAIEncoder
from assist.errors import (
    EncoderError,
    EncoderUnavailableError,
    InputError,
    MissingDependencyError,
    ModelNotFoundError,
)
from assist.testing import HashingEncoder
from embedding_server import embedding_service

AT_ONCE = ("retry-after-ms", "1")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.fixture
def service():
    with embedding_service() as running:
        yield running


def opened(service, **options):
    return OpenAIEncoder("m", base_url=service.url, api_key=service.key, **options)


def test_rows_are_those_of_the_service_in_the_order_of_the_texts(service):
    texts = [f"问题{n}" for n in range(11)]
    rows = opened(service, batch_size=4).encode(texts)
    np.testing.assert_allclose(rows, HashingEncoder(32).encode(texts), atol=1e-6)
    assert [len(asked["input"]) for asked in service.requests] == [1, 4, 4, 3]


def test_prefixes_are_put_before_the_texts(service):
    encoder = opened(service, query_prefix="问：", passage_prefix="文：")
    encoder.encode(["退货"], kind="query")
    encoder.encode(["退货"])
    assert [asked["input"] for asked in service.requests[1:]] == [["问：退货"], ["文：退货"]]


def test_texts_without_a_visible_character_are_not_sent(service):
    rows = opened(service).encode(["", "退货", "　\n"])
    assert service.requests[-1]["input"] == ["退货"]
    assert rows[0, -1] == rows[2, -1] == 1.0


def test_a_text_that_is_too_long_is_cut(service):
    opened(service, max_chars=5).encode(["七天无理由退货"])
    assert service.requests[-1]["input"] == ["七天无理由"]


def test_fewer_dimensions_are_the_first_columns(service):
    texts = ["七天无理由退货运费谁出，会不会掉色"]
    full, part = opened(service).encode(texts)[:, :8], opened(service, dim=8).encode(texts)
    np.testing.assert_allclose(part, full / np.linalg.norm(full), atol=1e-6)
    with pytest.raises(InputError, match="between 1 and 32"):
        opened(service, dim=33)


@pytest.mark.parametrize("code", [408, 409, 429, 500, 503])
def test_a_passing_failure_is_tried_again(service, code):
    encoder = opened(service)
    service.instead.extend([(code, {"error": {"message": "busy"}}, AT_ONCE)] * 2)
    assert encoder.encode(["退货"]).shape == (1, 32)
    assert len(service.requests) == 4


def test_a_lasting_failure_is_an_error_that_counts_the_tries(service):
    encoder = opened(service, max_retries=1)
    service.instead.extend([(503, {"error": {"message": "down"}}, AT_ONCE)] * 2)
    with pytest.raises(EncoderUnavailableError, match="after 1 more tries"):
        encoder.encode(["退货"])


def test_a_refused_request_is_not_tried_again(service):
    encoder = opened(service)
    service.instead.append((400, {"error": {"message": "too many tokens"}}))
    with pytest.raises(EncoderError, match="too many tokens"):
        encoder.encode(["退货"])
    assert len(service.requests) == 2


def test_silence_is_a_named_error():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/v1"
        with pytest.raises(EncoderUnavailableError, match=r"within 0\.2 s"):
            OpenAIEncoder("m", base_url=url, timeout_s=0.2, max_retries=0)


def test_nobody_there_is_a_named_error():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
    with pytest.raises(EncoderUnavailableError, match="cannot be reached"):
        OpenAIEncoder("m", base_url=url, max_retries=0)


def test_an_unknown_model_is_named(service):
    with pytest.raises(ModelNotFoundError) as caught:
        OpenAIEncoder("other", base_url=service.url, api_key=service.key)
    assert caught.value.model == "other"


@pytest.mark.parametrize(
    "answer",
    [
        {"data": []},
        {"data": [{"index": 0, "embedding": []}]},
        {"data": [{"index": 0, "embedding": [float("nan")]}]},
        {"data": [{"index": 1, "embedding": [1.0]}]},
        {"hello": "world"},
        b"<html>sign in</html>",
        [],
    ],
)
def test_an_answer_without_vectors_is_refused(service, answer):
    service.instead.append((200, answer))
    with pytest.raises(EncoderError):
        opened(service)


def test_a_change_of_width_is_refused(service):
    encoder = opened(service)
    service.dim = 16
    with pytest.raises(EncoderError, match="16 columns where 32"):
        encoder.encode(["退货"])


def test_the_key_is_in_no_log_no_repr_and_no_error(service, caplog):
    wrong = "-".join(("sk", "falsch", "999"))  # whole in no line of source, which tracebacks show
    with caplog.at_level(logging.DEBUG):
        encoder = opened(service)
        encoder.encode(["退货"])
        with pytest.raises(EncoderUnavailableError) as caught:
            OpenAIEncoder("m", base_url=service.url, api_key=wrong)
    assert service.headers[0]["Authorization"] == f"Bearer {service.key}"
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "***" in str(caught.value)
    assert wrong not in shown
    assert service.key not in shown + repr(encoder) + str(encoder.identity)
    assert not any(isinstance(value, str) and service.key in value for value in vars(encoder).values())


def test_a_password_in_the_address_is_not_shown():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://me:geheim@127.0.0.1:{closed.getsockname()[1]}/v1"
    with pytest.raises(EncoderUnavailableError) as caught:
        OpenAIEncoder("m", base_url=url, max_retries=0)
    assert "geheim" not in "".join(traceback.format_exception(caught.value))


def test_a_name_and_the_environment_are_enough(service, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", service.url)
    monkeypatch.setenv("OPENAI_API_KEY", service.key)
    encoder = load("openai:m", dim=16)
    assert (encoder.identity.name, encoder.identity.dim) == ("openai:m", 16)
    assert load("bundled+openai:m").identity.dim == 384 + 32


def test_without_key_and_address_it_says_what_to_set():
    with pytest.raises(InputError, match="OPENAI_API_KEY"):
        OpenAIEncoder("m")


@pytest.mark.parametrize(
    "wrong", [{"batch_size": 0}, {"max_chars": 0}, {"timeout_s": 0.0}, {"max_retries": -1}]
)
def test_impossible_numbers_are_refused(wrong):
    with pytest.raises(InputError):
        OpenAIEncoder("m", **wrong)


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(MissingDependencyError, match=r"assist\[openai\]"):
        OpenAIEncoder("m", base_url="http://127.0.0.1:1/v1")


def test_progress_counts_texts(service):
    seen = []
    opened(service, batch_size=2, progress=lambda done, total: seen.append((done, total))).encode(["退"] * 5)
    assert seen == [(2, 5), (4, 5), (5, 5)]


def test_every_error_of_the_client_is_mapped(service):
    import openai

    encoder = opened(service, max_retries=0)
    for code in (400, 401, 403, 404, 409, 422, 429, 500):
        service.instead.append((code, {"error": {"message": "no"}}))
        with pytest.raises(EncoderError) as caught:
            encoder.encode(["退货"])
        assert not isinstance(caught.value, openai.OpenAIError)
