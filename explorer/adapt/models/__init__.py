"""The networks that training fits or learns from; none of these modules knows how it is trained."""
