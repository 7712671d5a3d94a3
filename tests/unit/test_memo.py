"""What is kept for an object: found by identity, bounded, and never that of another object."""

from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from assist.memo import KeyedMemo, Memo


class Page:
    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return True

    __hash__ = None


def test_equal_objects_have_values_of_their_own():
    memo = Memo(4)
    old, new = Page("七天"), Page("十五天")
    assert memo.put(old, "七天") == "七天"
    assert memo.get(new) is None
    memo.put(new, "十五天")
    assert (memo.get(old), memo.get(new)) == ("七天", "十五天")


def test_a_value_is_that_of_its_object_even_after_the_object_is_gone():
    memo = Memo(2)
    for number in range(1_000):
        page = Page(number)
        assert memo.get(page) is None
        assert memo.put(page, number) == memo.get(page) == number


@given(size=st.integers(1, 5), order=st.lists(st.integers(0, 7), max_size=40))
def test_no_more_than_size_values_are_kept(size, order):
    memo, pages = Memo(size), [Page(number) for number in range(8)]
    for number in order:
        memo.put(pages[number], number)
        assert memo.get(pages[number]) == number
        assert sum(memo.get(page) is not None for page in pages) <= size


def test_threads_find_only_what_belongs_to_their_object():
    memo, pages = Memo(8), [Page(number) for number in range(20)]

    def read(start):
        for number in range(start, start + 200):
            page = pages[number % 20]
            found = memo.get(page)
            if found is None:
                found = memo.put(page, page.text)
            assert found == page.text
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(read, range(40)))


@given(size=st.integers(0, 5), order=st.lists(st.integers(0, 7), max_size=40))
def test_a_value_is_found_by_any_equal_key_and_no_more_than_size_are_kept(size, order):
    memo = KeyedMemo(size)
    for number in order:
        assert memo.put(("七天", number), number) == number
        assert memo.get(("七天", number)) == (number if size else None)
        assert memo.get(("十五天", number)) is None
        assert sum(memo.get(("七天", other)) is not None for other in range(8)) <= size
