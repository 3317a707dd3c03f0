"""A carriage return within a line takes the next byte into its token, and with it half a character."""
import io
import tokenize

for source in "x\n t\r\u05ddat\nb\n", "t\r\xe9", "(\r\u20ac)\n", "t\r\U0001f40d\n", "t\r\r\xe9\n", "t\r+ 1\n", "t\ra\n", "t\r#c\n":
    for extra in True, False:
        tokens = tokenize._generate_tokens_from_c_tokenizer(io.StringIO(source).readline, extra_tokens=extra)
        try:
            for token in tokens:
                print(token.type, ascii(token.string), token.start, token.end)
        except (UnicodeDecodeError, tokenize.TokenError) as error:
            print(type(error).__name__, error.args)
        print(list(tokens))
