"""The rating questions in the ids of tokenizers of several kinds; the tokenizers are small, and real."""

import pytest
from tiny_models import EOS, EOS_ID, tiny_tokenizer
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from instructdiff_ui.data.examples import Example
from instructdiff_ui.data.rating_prompts import DIGITS, RATING_PROMPTS, RatingFrame, pair_ids, rating_frames
from instructdiff_ui.errors import ModelError


def byte_level(*merged: str) -> PreTrainedTokenizerFast:
    """GPT-2's kind: every byte is a token, and so is a space with each of the `merged` characters behind it."""
    vocab = {letter: i for i, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    vocab |= {f"Ġ{letter}": len(vocab) + i for i, letter in enumerate(merged)}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[("Ġ", letter) for letter in merged]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)


def sentence_piece(*digits: str) -> PreTrainedTokenizerFast:
    """Llama 2's kind: "▁" stands for a space and before every text; `digits` are the pieces that hold digits."""
    letters = sorted(set("".join(opening + closing for opening, closing in RATING_PROMPTS)) - set(DIGITS))
    pieces = ["<unk>", "▁", *letters, "\n", *digits]
    tokenizer = Tokenizer(models.Unigram([(piece, -float(len(piece) == 1)) for piece in pieces], unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=False)
    tokenizer.decoder = decoders.Metaspace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")


def tokens(tokenizer, ids):
    return tokenizer.convert_ids_to_tokens(list(ids))


def test_there_are_five_questions_and_each_is_its_own():
    assert len(RATING_PROMPTS) == 5
    assert len({text for prompt in RATING_PROMPTS for text in prompt}) == 10


def test_a_space_that_is_a_token_of_its_own_ends_the_question():
    tokenizer = byte_level()
    for frame, (_, closing) in zip(rating_frames(tokenizer), RATING_PROMPTS, strict=True):
        assert tokenizer.decode(frame.closing) == f"\n\n{closing} "
        assert tokens(tokenizer, frame.digit_ids) == list(DIGITS)


def test_a_space_that_belongs_to_the_digit_is_left_to_the_digit():
    tokenizer = byte_level(*DIGITS)
    for frame, (_, closing) in zip(rating_frames(tokenizer), RATING_PROMPTS, strict=True):
        assert tokenizer.decode(frame.closing) == f"\n\n{closing}"
        assert tokens(tokenizer, frame.digit_ids) == [f"Ġ{digit}" for digit in DIGITS]


@pytest.mark.parametrize(("before", "ends"), [("", "▁"), ("▁", ":")], ids=["digits alone", "digits with the space"])
def test_pieces_with_and_without_the_space(before, ends):
    tokenizer = sentence_piece(*DIGITS, *(f"{before}{digit}" for digit in DIGITS if before))
    for frame in rating_frames(tokenizer):
        assert tokens(tokenizer, frame.digit_ids) == [f"{before}{digit}" for digit in DIGITS]
        assert tokens(tokenizer, frame.closing)[-1] == ends


@pytest.mark.parametrize(
    "tokenizer",
    [
        pytest.param(lambda: byte_level("1", "2", "4"), id="some digits take the space and some do not"),
        pytest.param(lambda: sentence_piece(*"1234"), id="one digit is an unknown token"),
        pytest.param(lambda: sentence_piece("1"), id="four digits are one unknown token"),
        pytest.param(lambda: sentence_piece(), id="all are"),
    ],
)
def test_digits_that_are_not_five_tokens_in_one_place_are_told(tokenizer):
    with pytest.raises(ModelError, match="does not write each of the digits 1 to 5 as one token"):
        rating_frames(tokenizer())


def test_the_question_starts_as_the_tokenizer_starts_a_text():
    tokenizer = tiny_tokenizer()
    bos = processors.TemplateProcessing(single=f"{EOS} $A", special_tokens=[(EOS, EOS_ID)])
    tokenizer.backend_tokenizer.post_processor = bos
    for frame, (opening, _) in zip(rating_frames(tokenizer), RATING_PROMPTS, strict=True):
        assert tokenizer.decode(frame.opening) == f"{EOS}{opening}\n\n"
        assert EOS_ID not in frame.closing


def test_a_pair_is_instruction_input_and_response_under_headings():
    tokenizer = tiny_tokenizer()
    examples = [Example("a", "d", "Add.", "1, 2", "3"), Example("b", "d", "Sing.", " ", f"La{EOS}")]
    one, other = pair_ids(tokenizer, examples)
    assert tokenizer.decode(one) == "### Instruction:\nAdd.\n\n### Input:\n1, 2\n\n### Response:\n3"
    assert tokenizer.decode(other) == f"### Instruction:\nSing.\n\n### Response:\nLa{EOS}"
    assert EOS_ID not in other  # the data's "<|endoftext|>" is text
    assert pair_ids(tokenizer, []) == []


FRAME = RatingFrame(opening=(1, 2), closing=(8, 9), digit_ids=(3, 4, 5, 6, 7))


def test_a_long_pair_is_cut_on_the_right_and_the_question_stays_whole():
    pair = list(range(10, 20))
    assert FRAME.around(pair, limit=None) == FRAME.around(pair, limit=14) == [1, 2, *pair, 8, 9]
    assert FRAME.around(pair, limit=13) == [1, 2, *pair[:9], 8, 9]
    assert FRAME.around(pair, limit=5) == [1, 2, 10, 8, 9]


def test_no_room_for_a_pair_is_told():
    with pytest.raises(ModelError, match="takes 4 tokens and leaves no room for a response within 4 tokens"):
        FRAME.around([10], limit=4)
